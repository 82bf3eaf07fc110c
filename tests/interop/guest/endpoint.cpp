// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
//
// What an IKE daemon and a server do for the guest: sockets by which the kernel takes ESP out of
// UDP (RFC 3948), and an echo of UDP and of TCP at port 7, which answers from the address that was
// asked.
#include <arpa/inet.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace {

constexpr unsigned short kEncapsulationPort = 4500, kEchoPort = 7;

void require(bool good, char const* what) {
  if (good) return;
  std::perror(what);
  std::exit(1);
}

void set(int socket, int level, int option, int value, char const* what) {
  require(setsockopt(socket, level, option, &value, sizeof value) == 0, what);
}

int bound(int family, int kind, unsigned short port) {
  int const descriptor = socket(family, kind, 0);
  require(descriptor >= 0, "socket");
  sockaddr_storage address{};
  auto& ip4 = reinterpret_cast<sockaddr_in&>(address);
  auto& ip6 = reinterpret_cast<sockaddr_in6&>(address);
  address.ss_family = static_cast<sa_family_t>(family);
  (family == AF_INET ? ip4.sin_port : ip6.sin6_port) = htons(port);
  if (family == AF_INET6 && port == kEncapsulationPort)
    set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
  require(bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  return descriptor;
}

/// ESP in UDP of transport mode goes between the addresses that the policies protect: the packets
/// around it must be allowed to be what they are (strongSwan does the same).
void bypass(int socket, int family) {
  xfrm_userpolicy_info policy{};
  policy.sel.family = static_cast<__u16>(family);
  policy.action = XFRM_POLICY_ALLOW;
  for (auto const direction : {XFRM_POLICY_IN, XFRM_POLICY_OUT}) {
    policy.dir = static_cast<__u8>(direction);
    bool const ip4 = family == AF_INET;
    require(setsockopt(socket, ip4 ? IPPROTO_IP : IPPROTO_IPV6,
                       ip4 ? IP_XFRM_POLICY : IPV6_XFRM_POLICY, &policy, sizeof policy) == 0,
            "IP_XFRM_POLICY");
  }
}

void take_esp_out_of_udp() {
  for (int const family : {AF_INET, AF_INET6}) {
    int const descriptor = bound(family, SOCK_DGRAM, kEncapsulationPort);
    bypass(descriptor, family);
    set(descriptor, IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP, "UDP_ENCAP");
  }
}

[[noreturn]] void echo_datagrams() {
  int const descriptor = bound(AF_INET6, SOCK_DGRAM, kEchoPort);
  set(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
  set(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20, "SO_RCVBUFFORCE");
  static char data[65536];
  for (;;) {
    sockaddr_in6 from{};
    iovec part{data, sizeof data};
    alignas(cmsghdr) char control[256];
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    auto const size = recvmsg(descriptor, &message, 0);
    if (size < 0) continue;
    part.iov_len = static_cast<std::size_t>(size);
    for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header))
      if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO)
        reinterpret_cast<in6_pktinfo*>(CMSG_DATA(header))->ipi6_ifindex = 0;
    message.msg_flags = 0;
    if (sendmsg(descriptor, &message, 0) < 0) std::perror("sendmsg");
  }
}

void echo_stream(int stream) {
  static char data[65536];
  for (;;) {
    auto const size = read(stream, data, sizeof data);
    if (size <= 0) break;
    for (ssize_t done = 0; done < size;) {
      auto const part = write(stream, data + done, static_cast<std::size_t>(size - done));
      if (part <= 0) return;
      done += part;
    }
  }
}

[[noreturn]] void echo_streams() {
  int const descriptor = socket(AF_INET6, SOCK_STREAM, 0);
  set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(kEchoPort);
  require(bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  // Segments that fit into the tunnel: TCP does not learn of a smaller path MTU here.
  set(descriptor, IPPROTO_TCP, TCP_MAXSEG, 1320, "TCP_MAXSEG");
  require(listen(descriptor, 8) == 0, "listen");
  for (;;) {
    int const stream = accept(descriptor, nullptr, nullptr);
    if (stream < 0) continue;
    echo_stream(stream);
    close(stream);
  }
}

}  // namespace

int main() {
  require(nice(10) == 10, "nice");  // commands come first
  take_esp_out_of_udp();
  if (fork() == 0) echo_streams();
  echo_datagrams();
}
