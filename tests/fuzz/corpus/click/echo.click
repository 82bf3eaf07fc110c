FromInput() -> L2Forward(method echoback) -> ToOutput();
