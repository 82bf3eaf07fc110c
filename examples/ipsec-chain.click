// The same as ipsec-encrypt.click with suite aes128-ctr-hmac-sha1-96, in the three steps of NBA: each can
// be looked at, counted and placed on a device by itself.
//
//   warpline run examples/ipsec-chain.click -r in.pcap -w out.pcap

FromInput
  -> IPsecESPencap(sa/gateway.sa)
  -> IPsecAES(sa/gateway.sa)
  -> IPsecAuthHMACSHA1(sa/gateway.sa)
  -> ToOutput;
