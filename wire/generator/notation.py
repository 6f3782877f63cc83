"""Reads the schema notation (docs/formats/schema-notation.md) into Message, Struct and Field."""

import dataclasses
import re

OPEN = 32767  # The upper end of `12+`.

SCALARS = {"bool", "int8", "int16", "uint16", "int32", "uint32", "int64", "float64", "uuid", "string", "bytes", "records"}
MESSAGE_WORDS = {
    "request", "response", "header", "metadata-record", "remote-log-record", "coordinator-key", "coordinator-value", "data",
}

# As EntityKind in wire/codec/entity_kind.h.  True: may be followed by the field that says more, `(resource_type)`.
KINDS = {
    "opaque": False, "topic_name": False, "topic_id": False, "topic_regex": False, "group": False,
    "transactional_id": False, "transactional_id_regex": False, "producer_id": False, "node_id": False,
    "directory_id": False, "log_dir": False, "cluster_id": False, "host": False, "port": False, "principal": False,
    "principal_name": False, "token_id": False, "client_id": False, "client_host": False, "client_address": False,
    "client_port": False, "acl_host": False, "error_message": False, "acl_resource_name": True,
    "config_resource_name": True, "quota_entity_name": True, "coordinator_key": True, "member_subscription": True,
    "member_assignment": True, "embedded_request": False, "embedded_response": False, "embedded_principal": False,
}

# Integers that name a node without saying `id`.
NODE_FIELDS = {
    "replicas", "isr", "leader", "adding_replicas", "removing_replicas", "eligible_leader_replicas", "last_known_elr",
    "offline_replicas", "new_isr", "isr_nodes", "replica_nodes", "preferred_read_replica",
}


class SchemaError(Exception):
    """A schema that the generator refuses; the text begins with file and line."""


@dataclasses.dataclass(frozen=True)
class Versions:
    first: int
    last: int

    def within(self, other):
        return other.first <= self.first and self.last <= other.last

    def clip(self, other):
        return Versions(max(self.first, other.first), min(self.last, other.last))


NO_VERSIONS = Versions(0, -1)


@dataclasses.dataclass
class Field:
    name: str
    type: str  # A scalar or the name of a struct; of the elements, if an array.
    array: bool
    versions: Versions
    nullable: Versions = NO_VERSIONS
    tagged: Versions = NO_VERSIONS
    tag: int = -1
    default: str | None = None
    kind: str | None = None
    selector: str = ""
    ignorable: bool = False
    inflexible: bool = False
    key: bool = False
    struct: "Struct | None" = None

    @property
    def is_nullable(self):
        return self.nullable != NO_VERSIONS

    @property
    def json_name(self):
        first, *rest = self.name.split("_")
        return first + "".join(word.capitalize() for word in rest)

    @property
    def is_error_code(self):
        return self.type == "int16" and (self.name == "error_code" or self.name.endswith("_error_code"))


@dataclasses.dataclass
class Struct:
    name: str
    versions: Versions
    fields: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Message:
    word: str
    name: str
    versions: Versions
    number: int = -1  # API key, or type of a record.
    flexible: int | None = None
    listeners: tuple = ()
    unstable: bool = False
    body: Struct | None = None
    structs: list = dataclasses.field(default_factory=list)  # Inner before outer.


def parse_versions(text, within):
    """`3`, `3-5` or `3+`, clipped above at the last version there is; None if `text` is no such thing."""
    match = re.fullmatch(r"(\d+)(?:(\+)|-(\d+))?", text)
    if not match:
        return None
    first = int(match[1])
    last = within.last if match[2] else int(match[3] or first)
    return Versions(first, last)


def needs_kind(field):
    if field.type in ("string", "uuid", "bytes"):
        return True
    if not re.match(r"u?int", field.type):
        return False
    return bool(re.search(r"(^|_)ids?$", field.name)) or field.name in NODE_FIELDS or field.name == "port"


class Parser:
    def __init__(self, path, text):
        self.path = path
        self.line = 0
        self.rows = []  # (line number, indent, words)
        for number, raw in enumerate(text.splitlines(), 1):
            content = raw.split("#", 1)[0].rstrip()
            if not content:
                continue
            indent = len(content) - len(content.lstrip(" "))
            self.rows.append((number, indent, content.split()))
        self.at = 0
        self.message = None
        self.selected = []  # (line number, field, structs around it) of fields whose kind has a selector

    def refuse(self, why):
        raise SchemaError(f"{self.path}:{self.line}: {why}")

    def parse(self):
        if not self.rows:
            self.refuse("no message")
        self.header(self.rows[0])
        self.at = 1
        message = self.message
        message.body = Struct(message.name, message.versions)
        while self.at < len(self.rows) and self.rows[self.at][2][0] == "struct":
            self.common_struct()
        self.fields(message.body, 2, [])
        if self.at < len(self.rows):
            self.line = self.rows[self.at][0]
            self.refuse("unexpected indentation")
        self.check_selectors()
        return message

    def header(self, row):
        self.line, indent, words = row
        if indent or len(words) < 2 or words[0] not in MESSAGE_WORDS:
            self.refuse(f"the first line must begin with one of {', '.join(sorted(MESSAGE_WORDS))}")
        values = {}
        rest = iter(words[2:])
        for word in rest:
            values[word] = True if word == "unstable" else next(rest, None)
        unknown = values.keys() - {"key", "type", "versions", "flexible", "listeners", "unstable"}
        if unknown:
            self.refuse(f"unknown word {min(unknown)}")
        versions = parse_versions(values.get("versions") or "", Versions(0, -1))
        if not versions or versions.last < versions.first:
            self.refuse("a message needs `versions`, closed at both ends")
        flexible = values.get("flexible")
        if flexible and not re.fullmatch(r"\d+\+", flexible):
            self.refuse("`flexible` is a version and a plus sign")
        self.message = Message(words[0], words[1], versions, int(values.get("key") or values.get("type") or -1),
                               int(flexible[:-1]) if flexible else None,
                               tuple((values.get("listeners") or "").split(",")) if values.get("listeners") else (),
                               bool(values.get("unstable")))

    def common_struct(self):
        self.line, _, words = self.rows[self.at]
        self.at += 1
        versions = self.message.versions
        if len(words) > 2:
            versions = parse_versions(words[2], versions) or self.refuse(f"not a version range: {words[2]}")
        struct = Struct(words[1], versions)
        self.fields(struct, 4, [])
        self.message.structs.append(struct)

    def fields(self, struct, indent, outer):
        while self.at < len(self.rows) and self.rows[self.at][1] == indent:
            self.line, _, words = self.rows[self.at]
            self.at += 1
            field = self.field(words, struct)
            if any(other.name == field.name for other in struct.fields):
                self.refuse(f"{field.name} is there twice")
            struct.fields.append(field)
            line = self.line
            if field.type not in SCALARS:
                self.resolve(field, indent, outer + [struct])
            self.line = line
        self.selected += [(self.line, field, outer + [struct]) for field in struct.fields if field.selector]
        self.check_tags(struct)

    def check_selectors(self):
        for self.line, field, around in self.selected:
            if not any(other.name == field.selector for s in around + [self.message.body] for other in s.fields):
                self.refuse(f"{field.name}: no field {field.selector} around it")

    def resolve(self, field, indent, outer):
        """Gives a field of struct type its Struct: the lines below it, or one named before."""
        known = next((s for s in self.message.structs if s.name == field.type), None)
        inline = self.at < len(self.rows) and self.rows[self.at][1] == indent + 2
        if known and inline:
            self.refuse(f"struct {field.type} is there twice")
        if not known and not inline:
            self.refuse(f"unknown type {field.type}")
        if inline:
            known = Struct(field.type, field.versions)
            self.fields(known, indent + 2, outer)
            self.message.structs.append(known)
        field.struct = known

    def field(self, words, struct):
        if len(words) < 3 or words[1] != ":" or not re.fullmatch(r"[a-z][a-z0-9_]*", words[0]):
            self.refuse("a field is `name : type ...`")
        match = re.fullmatch(r"(\[\])?([A-Za-z]\w*)(\?([0-9+-]*))?", words[2])
        if not match:
            self.refuse(f"not a type: {words[2]}")
        field = Field(words[0], match[2], bool(match[1]), struct.versions)
        if field.type not in SCALARS and not field.type[0].isupper():
            self.refuse(f"unknown type {field.type}")
        self.attributes(field, words[3:], struct)
        field.tagged = field.versions if field.tag >= 0 else NO_VERSIONS
        if match[3]:
            field.nullable = parse_versions(match[4], field.versions) if match[4] else field.versions
        if needs_kind(field) and field.kind is None:
            self.refuse(f"{field.name} is a {field.type} and needs a kind (or `opaque`)")
        for versions in (field.versions.clip(self.message.versions), field.nullable, field.tagged):
            if versions is None or (versions != NO_VERSIONS and not versions.within(field.versions)):
                self.refuse(f"{field.name}: versions outside of what is around them")
        self.check_default(field)
        return field

    def attributes(self, field, words, struct):
        rest = iter(words)
        for position, word in enumerate(rest):
            kind = re.fullmatch(r"([a-z_]+)(?:\((\w+)\))?", word)
            versions = parse_versions(word, struct.versions)
            if word in ("ignorable", "inflexible", "key"):
                setattr(field, word, True)
            elif word == "default":
                field.default = next(rest, None) or self.refuse("`default` of what?")
            elif word == "tag":
                field.tag = int(next(rest, None) or self.refuse("`tag` of what number?"))
            elif versions:
                if versions.within(struct.versions):
                    field.versions = versions
                else:
                    self.refuse(f"{field.name}: versions {word} outside of what is around them")
            elif position == 0 and kind and kind[1] in KINDS and (KINDS[kind[1]] or not kind[2]):
                field.kind, field.selector = kind[1], kind[2] or ""
            else:
                self.refuse(f"{field.name}: unknown word {word}")

    def check_default(self, field):
        default = field.default
        if default is None:
            return
        if default == "null":
            if not field.is_nullable:
                self.refuse(f"{field.name} defaults to null and is not nullable")
        elif field.array or field.struct or field.type not in SCALARS - {"string", "bytes", "records", "uuid"}:
            self.refuse(f"{field.name}: a {field.type} defaults to nothing but null")
        elif not re.fullmatch(r"true|false" if field.type == "bool" else r"-?(\d+|0x[0-9a-f]+)", default):
            self.refuse(f"{field.name}: not a {field.type}: {default}")

    def check_tags(self, struct):
        tags = sorted(field.tag for field in struct.fields if field.tag >= 0)
        if tags != list(range(len(tags))):
            self.refuse(f"{struct.name}: tags must be 0, 1, 2... each once")
        flexible = self.message.flexible
        for field in struct.fields:
            if field.tag >= 0 and (flexible is None or field.tagged.first < flexible):
                self.refuse(f"{field.name}: tagged in a version that is not flexible")


def parse(path, text):
    return Parser(path, text).parse()
