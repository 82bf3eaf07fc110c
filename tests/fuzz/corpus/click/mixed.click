require(x)
# 1 "f"
a -> {0} -> B({1}, f(1, 2) "\x41\<00 ff>" 'raw');
/* c */ a, b -> d;