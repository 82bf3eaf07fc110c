elementclass Gate { $size, BURST $b |
  input -> q :: Queue($size) -> Burst(BURST ${b}) -> output;
  input[1] -> [1]output;
}
define($n 10, $t "a, b")
x::FromInput; g, h :: Gate($n, BURST 32);
x -> g -> [0]c :: Classifier(12/0800 20/0001, 12/86dd, -)[0] -> h -> Print("t $t") -> ToOutput;
c[1], c[2] -> Discard
x[1] -> [1]g[1] -> { input -> Counter -> output } -> [1]h[1] -> Discard;
