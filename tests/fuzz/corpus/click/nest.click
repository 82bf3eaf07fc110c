elementclass A { input -> output } elementclass B { input -> A -> A -> output }
elementclass C { input -> B -> B -> output } X -> C -> Y;