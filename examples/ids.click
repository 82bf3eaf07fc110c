// Matches rules in Suricata's language on packets and TCP streams, and sends everything on.
//
//   warpline run examples/ids.click -r in.pcap -w out.pcap
//
// Events are appended to eve.json in the current folder, as lines of EVE JSON.

FromInput
  -> IDS(RULES rules/web.rules, EVE eve.json)
  -> ToOutput;
