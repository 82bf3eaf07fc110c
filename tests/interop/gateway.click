// A gateway as examples/ipsec-gateway.click, with stations' addresses written on either side: it takes no part in ARP.

define($sa site.sa, $policy site.policy, $red 02:00:00:00:00:01, $red_host 02:00:00:00:00:11,
       $black 02:00:00:00:00:02, $black_peer 02:00:00:00:00:22,
       $mtu 1500, $address 10.1.255.254, $address6 2001:db8:1::fffe);

FromDPDKDevice(0) -> DropBroadcasts -> spd :: IPsecPolicy($sa, POLICY $policy);
spd[0] -> fit :: IPsecFragmenter($sa, POLICY $policy, MTU $mtu, SOURCE $address, SOURCE6 $address6)
       -> IPsecEncrypt(SA $sa, POLICY $policy, TAGGED true)
       -> black :: EtherRewrite($black, $black_peer) -> ToDPDKDevice(1);
spd[1] -> black;
fit[1] -> red;

FromDPDKDevice(1) -> DropBroadcasts -> esp :: IPsecClassifier;
esp[0] -> IPsecDecrypt($sa, POLICY $policy)
       -> red :: EtherRewrite($red, $red_host) -> ToDPDKDevice(0);
esp[1] -> IPsecBypass($sa, POLICY $policy) -> red;
