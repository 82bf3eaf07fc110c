// A gateway between a protected network (port 0) and an unprotected one (port 1), both directions.
//
//   warpline run examples/ipsec-gateway.click -p net_tap0,iface=red0 -p net_tap1,iface=black0
//
// Outbound packets are looked up in the policies; what may bypass goes out as it is. Inbound, ESP is
// verified and decrypted; what is not ESP goes on where a policy lets it bypass, as IKE's.

define($sa sa/site.sa, $policy sa/site.policy);

FromDPDKDevice(0) -> spd :: IPsecPolicy($sa, POLICY $policy);
spd[0] -> IPsecEncrypt(SA $sa, POLICY $policy, TAGGED true) -> unprotected :: ToDPDKDevice(1);
spd[1] -> unprotected;

FromDPDKDevice(1) -> esp :: IPsecClassifier;
esp[0] -> IPsecDecrypt($sa, POLICY $policy) -> protected :: ToDPDKDevice(0);
esp[1] -> IPsecBypass($sa, POLICY $policy) -> protected;
