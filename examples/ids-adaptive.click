// Looks for byte patterns on the worker's CPU and on a device, split so that the most packets
// get through; the report says how and why.
//
//   warpline run examples/ids-adaptive.click -r in.pcap -w out.pcap

FromInput
  -> balance :: LoadBalanceAdaptive
  -> IDSMatch(PATTERNS rules/web.patterns)
  -> ToOutput;
