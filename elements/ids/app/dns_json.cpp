// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/dns_json.hpp"

#include <string_view>

#include "elements/ids/app/dns_message.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids::dns {
namespace {

void name_field(JsonWriter& out, std::string_view field, std::string_view mark, Name const& name) {
  out.text_field(field, name.view(), TextForm::kAscii);
  if (name.truncated) out.flag(mark, true);
}

void number_or_name(JsonWriter& out, std::string_view field, std::string_view name,
                    std::uint64_t number) {
  out.name(field);
  out.raw('"');
  name.empty() ? out.number(number) : out.raw(name);
  out.raw('"');
}

/// As Suricata writes them: four groups of IPv4, eight of IPv6 with all their digits.
void write_address(JsonWriter& out, Bytes address) {
  out.raw('"');
  if (address.size == 4) out.address(address.data, 4);
  if (address.size == 16) {
    for (std::uint32_t i = 0; i < 16; ++i) {
      if (i > 0 && i % 2 == 0) out.raw(':');
      out.hex(address.data[i]);
    }
  }
  out.raw('"');
}

void write_soa(JsonWriter& out, Reader reader) {
  Name name;
  std::uint32_t number = 0;
  out.open('{');
  reader.name(name);
  name_field(out, "mname", "mname_truncated", name);
  reader.name(name);
  name_field(out, "rname", "rname_truncated", name);
  for (std::string_view field : {"serial", "refresh", "retry", "expire", "minimum"}) {
    reader.word(number);
    out.field(field, std::uint64_t{number});
  }
  out.close('}');
}

void write_srv(JsonWriter& out, Reader reader) {
  Name name;
  std::uint16_t number = 0;
  out.open('{');
  for (std::string_view field : {"priority", "weight", "port"}) {
    reader.half(number);
    out.field(field, std::uint64_t{number});
  }
  reader.name(name);
  out.text_field("name", name.view(), TextForm::kAscii);
  out.close('}');
}

void write_fingerprint(JsonWriter& out, Bytes data) {
  out.open('{');
  out.name("fingerprint");
  out.raw('"');
  for (std::uint32_t i = 2; i < data.size; ++i) {
    if (i > 2) out.raw(':');
    out.hex(data.data[i]);
  }
  out.raw('"');
  out.field("algo", std::uint64_t{data.data[0]});
  out.field("type", std::uint64_t{data.data[1]});
  out.close('}');
}

/// The member of a record that holds its data; empty if EVE does not have it.
std::string_view member_of(std::uint16_t type) {
  switch (type) {
    case kA:
    case kAaaa:
    case kNs:
    case kCname:
    case kPtr:
    case kMx:
    case kTxt:
    case kNull:
      return "rdata";
    case kSoa:
      return "soa";
    case kSrv:
      return "srv";
    case kSshfp:
      return "sshfp";
    default:
      return {};
  }
}

void write_text(JsonWriter& out, Bytes text) {
  out.raw('"');
  out.text(text, TextForm::kAscii);
  out.raw('"');
}

/// The data of a record of a type that has a member; `text`: a string of type TXT. Whether the data
/// is a name that was truncated.
bool write_data(JsonWriter& out, Bytes message, Record const& record, Bytes text) {
  Bytes const data{message.data + record.begin, record.end - record.begin};
  Reader reader(message, record);
  Name name;
  std::uint16_t preference = 0;
  switch (record.type) {
    case kA:
    case kAaaa:
      write_address(out, data);
      return false;
    case kTxt:
      write_text(out, text);
      return false;
    case kSoa:
      write_soa(out, reader);
      return false;
    case kSrv:
      write_srv(out, reader);
      return false;
    case kSshfp:
      write_fingerprint(out, data);
      return false;
    case kMx:
      reader.half(preference);
      [[fallthrough]];
    case kNs:
    case kCname:
    case kPtr:
      reader.name(name);
      write_text(out, name.view());
      return name.truncated;
    default:
      write_text(out, data);
      return false;
  }
}

/// Calls `use` with the string of each record: those of type TXT have one or more.
template <class Use>
void each_text(Bytes message, Record const& record, Use use) {
  Bytes text{};
  if (record.type != kTxt) return use(text);
  for (Reader reader(message, record); reader.string(text) == Parse::kOk;) use(text);
}

void write_records(JsonWriter& out, Bytes message, Reader& reader, unsigned records) {
  Name name;
  Record record;
  for (unsigned i = 0; i < records; ++i) {
    if (out.overflow()) return;
    reader.record(&name, record);
    each_text(message, record, [&](Bytes text) {
      out.element();
      out.open('{');
      name_field(out, "rrname", "rrname_truncated", name);
      number_or_name(out, "rrtype", type_name(record.type), record.type);
      out.field("ttl", std::uint64_t{record.ttl});
      if (auto const member = member_of(record.type); !member.empty()) {
        out.name(member);
        if (write_data(out, message, record, text)) out.flag("rdata_truncated", true);
      }
      out.close('}');
    });
  }
}

/// Groups in the order of their first record.
void write_groups(JsonWriter& out, Bytes message, Reader reader, unsigned records) {
  std::uint64_t written = 0;  // bits: types; those with a member are below 64
  Record first, record;
  for (unsigned i = 0; i < records && !out.overflow(); ++i) {
    auto same = reader;
    reader.record(nullptr, first);
    if (member_of(first.type).empty() || (written >> first.type & 1) != 0) continue;
    written |= std::uint64_t{1} << first.type;
    out.open(type_name(first.type), '[');
    for (unsigned j = i; j < records && !out.overflow(); ++j) {
      same.record(nullptr, record);
      if (record.type != first.type) continue;
      each_text(message, record, [&](Bytes text) {
        out.element();
        write_data(out, message, record, text);
      });
    }
    out.close(']');
  }
}

}  // namespace

void write_question(JsonWriter& out, Bytes message, std::uint32_t offset, std::uint64_t number) {
  auto const header = read_header(message);
  Reader reader(message, offset);
  Name name;
  std::uint16_t type = 0;
  reader.question(&name, type);
  out.field("type", "query");
  out.field("id", std::uint64_t{header.id});
  name_field(out, "rrname", "rrname_truncated", name);
  number_or_name(out, "rrtype", type_name(type), type);
  out.field("tx_id", number);
  if ((header.flags & 0x0040) != 0) out.flag("z", true);
  out.field("opcode", std::uint64_t{header.opcode()});
}

void write_response(JsonWriter& out, Bytes message, bool with_answers) {
  auto const header = read_header(message);
  Reader reader(message);
  out.field("version", std::uint64_t{2});
  out.field("type", "answer");
  out.field("id", std::uint64_t{header.id});
  out.name("flags");
  out.raw('"');
  for (int shift = 12; shift >= 0; shift -= 4)
    if (shift == 0 || header.flags >> shift != 0)
      out.raw("0123456789abcdef"[header.flags >> shift & 15]);
  out.raw('"');
  constexpr struct {
    std::string_view name;
    std::uint16_t bit;
  } kFlags[]{{"qr", 0x8000}, {"aa", 0x0400}, {"tc", 0x0200},
             {"rd", 0x0100}, {"ra", 0x0080}, {"z", 0x0040}};
  for (auto const& flag : kFlags)
    if ((header.flags & flag.bit) != 0) out.flag(flag.name, true);
  out.field("opcode", std::uint64_t{header.opcode()});
  Name name;
  std::uint16_t type = 0;
  for (unsigned i = 0; i < header.questions; ++i) {
    reader.question(&name, type);
    if (i > 0) continue;
    name_field(out, "rrname", "rrname_truncated", name);
    number_or_name(out, "rrtype", type_name(type), type);
  }
  number_or_name(out, "rcode", response_code_name(header.response_code()), header.response_code());
  auto const answers = reader;
  if (with_answers && header.answers > 0) {
    out.open("answers", '[');
    write_records(out, message, reader, header.answers);
    out.close(']');
    out.open("grouped", '{');
    write_groups(out, message, answers, header.answers);
    out.close('}');
  } else {
    Record record;
    for (unsigned i = 0; i < header.answers; ++i) reader.record(nullptr, record);
  }
  if (header.authorities == 0 || out.overflow()) return;
  out.open("authorities", '[');
  write_records(out, message, reader, header.authorities);
  out.close(']');
}

}  // namespace warpline::ids::dns
