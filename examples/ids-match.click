// Looks for byte patterns in what comes in and sends everything on.
//
//   warpline run examples/ids-match.click -r in.pcap -w out.pcap
//
// Alerts are appended to alerts.json in the current folder, as lines of EVE JSON.

FromInput
  -> IDSMatch(PATTERNS rules/web.patterns, EVE alerts.json)
  -> ToOutput;
