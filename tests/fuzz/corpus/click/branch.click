// two ways
branch :: RandomWeightedBranch(0.5, 0.5);
FromInput() -> branch;
branch[0] -> L2Forward(method roundrobin) -> ToOutput();
branch[1] -> Discard();
