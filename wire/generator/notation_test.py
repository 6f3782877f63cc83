"""What the generator accepts, and what it refuses."""

import pathlib
import unittest

import cpp_codec
import cpp_header
import cpp_table
import generate
import notation

SCHEMAS = pathlib.Path(__file__).parent.parent / "schema"


def parse(*fields, header="request FooRequest key 7 versions 1-5 flexible 3+ listeners broker"):
    return notation.parse("foo_request.schema", "\n".join([header, *("  " + field for field in fields)]))


class Notation(unittest.TestCase):
    def refuses(self, why, *fields, **header):
        with self.assertRaisesRegex(notation.SchemaError, why):
            parse(*fields, **header)

    def test_a_field_has_the_versions_around_it_unless_it_says_others(self):
        fields = parse("a : int32", "b : []B 2-4", "  c : bool", "  d : bool 3+").body.fields
        self.assertEqual(fields[0].versions, notation.Versions(1, 5))
        self.assertEqual([f.versions for f in fields[1].struct.fields], [notation.Versions(2, 4), notation.Versions(3, 4)])

    def test_null_is_for_all_versions_or_for_some(self):
        fields = parse("a : string? opaque 2+", "b : []int32?3+").body.fields
        self.assertEqual(fields[0].nullable, notation.Versions(2, 5))
        self.assertEqual(fields[1].nullable, notation.Versions(3, 5))

    def test_names_need_a_kind(self):
        for field in ("a : string", "a : []string 2+", "a : uuid", "a : bytes", "group_id : int32", "port : int32",
                      "id : int64 default -1", "ids : []int32", "replicas : []int32"):
            self.refuses("needs a kind", field)
        self.assertEqual(parse("a : string topic_name").body.fields[0].kind, "topic_name")
        self.assertIsNone(parse("a : int32").body.fields[0].kind)

    def test_a_kind_in_a_nested_struct_is_needed_too(self):
        self.refuses("foo_request.schema:3: c is a string", "b : []B", "  c : string")

    def test_a_selector_is_a_field_around(self):
        parse("t : int8", "b : []B", "  c : string acl_resource_name(t)")
        self.refuses("no field t around it", "c : string acl_resource_name(t)")
        self.refuses("unknown word", "t : int8", "c : string topic_name(t)")

    def test_unknown_words_are_refused(self):
        self.refuses("unknown word topicname", "a : string topicname")
        self.refuses("unknown type int24", "a : int24")
        self.refuses("unknown type Missing", "a : Missing")
        self.refuses("unknown word colour", header="request FooRequest versions 0 colour blue")
        self.refuses("must begin with", header="question FooRequest versions 0")
        self.refuses("closed at both ends", header="request FooRequest versions 0+")

    def test_versions_stay_within_what_is_around(self):
        self.refuses("outside", "a : int32 0-6")
        self.refuses("outside", "b : []B 3+", "  c : int32 2+")

    def test_tags_are_dense_and_flexible(self):
        self.refuses("tags must be", "a : int32 3+ tag 1")
        self.refuses("not flexible", "a : int32 2+ tag 0")

    def test_defaults_fit_their_type(self):
        self.refuses("not nullable", "a : string opaque default null")
        self.refuses("not a int32", "a : int32 default zero")
        self.refuses("nothing but null", "a : []int32 default 3")

    def test_a_field_is_there_once(self):
        self.refuses("there twice", "a : int32", "a : int64")


class Generator(unittest.TestCase):
    def test_all_schemas_are_generated_each_into_one_header(self):
        messages = generate.read_schemas(SCHEMAS)
        files = generate.outputs(messages)
        self.assertEqual(sum(name.endswith(".h") for name in files), len(messages) + 1)
        self.assertEqual(sum(m.versions.last - m.versions.first + 1 for m in messages), 728)

    def test_it_writes_the_same_each_time(self):
        self.assertEqual(generate.outputs(generate.read_schemas(SCHEMAS)), generate.outputs(generate.read_schemas(SCHEMAS)))

    def test_hot_messages_exist(self):
        names = {message.name for message in generate.read_schemas(SCHEMAS)}
        self.assertLessEqual(cpp_codec.HOT, names)

    def test_a_member_has_the_type_and_default_of_its_field(self):
        message = parse("a : int32 default -1", "b : []string? group 2+ default null", "error_code : int16", "r : records?")
        header = cpp_header.header(message)
        for line in ("std::int32_t a = -1;", "std::optional<std::vector<std::string_view>> b;  // Versions 2+.",
                     "ErrorCode error_code = ErrorCode::NONE;", "Records r;", "ApiKey kApiKey = ApiKey::FOO;"):
            self.assertIn(line, header)

    def test_the_least_size_is_that_of_the_smallest_version(self):
        message = parse("a : string opaque", "b : int64 5+", "c : int32 3+ tag 0")
        self.assertEqual(cpp_table.bytes_min(message, message.body), 2)  # Versions 1 and 2; one and a tag count later.


if __name__ == "__main__":
    unittest.main()
