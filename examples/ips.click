// A transparent bridge between two ports that drops and rejects by rules in Suricata's language.
//
//   warpline run examples/ips.click -p 0000:3b:00.0 -p 0000:3b:00.1
//
// Answers to senders of rejected packets leave by the second output, back out of their port. Events
// are appended to eve.json in the current folder.

FromInput
  -> ids :: IDS(RULES rules/block.rules, MODE ips, EVE eve.json)
  -> L2Forward(GROUPS true)
  -> ToOutput;
ids[1] -> ToOutput;
