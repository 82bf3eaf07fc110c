// A gateway between a protected network (port 0) and an unprotected one (port 1), both directions.
//
//   warpline run examples/ipsec-gateway.click -p net_tap0,iface=red0 -p net_tap1,iface=black0
//
// Outbound packets are looked up in the policies; what may bypass goes out as it is. What ESP would make
// too big for the unprotected network is fragmented before, or its source is told, by the gateway's
// address on the protected side. Inbound, ESP is verified and decrypted; what is not ESP goes on where a
// policy lets it bypass, as IKE's.

define($sa sa/site.sa, $policy sa/site.policy, $mtu 1500, $address 10.1.0.254);

FromDPDKDevice(0) -> spd :: IPsecPolicy($sa, POLICY $policy);
spd[0] -> fit :: IPsecFragmenter($sa, POLICY $policy, MTU $mtu, SOURCE $address)
       -> IPsecEncrypt(SA $sa, POLICY $policy, TAGGED true) -> unprotected :: ToDPDKDevice(1);
spd[1] -> unprotected;
fit[1] -> protected;

FromDPDKDevice(1) -> esp :: IPsecClassifier;
esp[0] -> IPsecDecrypt($sa, POLICY $policy) -> protected :: ToDPDKDevice(0);
esp[1] -> IPsecBypass($sa, POLICY $policy) -> protected;
