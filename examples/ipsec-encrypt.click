// Puts IPv4 and IPv6 packets into ESP tunnels and sends them on.
//
//   warpline run examples/ipsec-encrypt.click -r in.pcap -w out.pcap
//   warpline run examples/ipsec-encrypt.click -r in.pcap -w out.pcap suite=aes128-ctr-hmac-sha1-96
//
// sa/gateway.sa says which packets go where under which key; docs/ipsec.md how to write such a file.

define($suite aes128-gcm)

FromInput
  -> IPsecEncrypt($suite, sa/gateway.sa)
  -> ToOutput;
