// Takes packets out of ESP: the way back of ipsec-encrypt.click.
//
//   warpline run examples/ipsec-decrypt.click -r in.pcap -w out.pcap

FromInput -> IPsecDecrypt(sa/gateway.sa) -> ToOutput;
