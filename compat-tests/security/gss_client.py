"""The client's side of GSSAPI, token by token: MIT's libgssapi_krb5 called from here, with the tickets of a kinit."""

import ctypes
import os

MUTUAL, INTEGRITY = 2, 32
CONTINUE_NEEDED = 1
ERRORS = 0xFFFF0000


class Buffer(ctypes.Structure):
    _fields_ = [("length", ctypes.c_size_t), ("value", ctypes.c_void_p)]

    @classmethod
    def of(cls, data):
        made = cls(len(data), None)
        made.held = ctypes.create_string_buffer(data, max(len(data), 1))  # Lives as long as the structure.
        made.value = ctypes.addressof(made.held)
        return made

    def bytes(self):
        return ctypes.string_at(self.value, self.length) if self.length else b""


class Oid(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint32), ("elements", ctypes.c_char_p)]


KERBEROS = Oid(9, bytes.fromhex("2a864886f712010202"))
PRINCIPAL_NAME = Oid(10, bytes.fromhex("2a864886f71201020201"))


def library():
    return ctypes.CDLL("libgssapi_krb5.so.2")


class GssClient:
    """One login to `service` (kafka/localhost@REALM); the tickets are those in the file `tickets`."""

    def __init__(self, service, tickets, flags=MUTUAL | INTEGRITY):
        self.library = library()
        self.tickets = tickets
        self.flags = flags
        self.context = ctypes.c_void_p()
        self.name = ctypes.c_void_p()
        self.is_established = False
        self._call("gss_import_name", ctypes.byref(Buffer.of(service.encode())), ctypes.byref(PRINCIPAL_NAME),
                   ctypes.byref(self.name))

    def _call(self, name, *arguments):
        minor = ctypes.c_uint32()
        function = getattr(self.library, name)
        function.restype = ctypes.c_uint32
        major = function(ctypes.byref(minor), *arguments)
        if major & ERRORS:
            raise RuntimeError(f"{name}: major {major:#x}, minor {minor.value}")
        return major

    def step(self, token=b""):
        """What the context says to the server's token; nothing for the first."""
        os.environ["KRB5CCNAME"] = f"FILE:{self.tickets}"
        answer = Buffer()
        major = self._call("gss_init_sec_context", None, ctypes.byref(self.context), self.name, ctypes.byref(KERBEROS),
                           ctypes.c_uint32(self.flags), ctypes.c_uint32(0), None, ctypes.byref(Buffer.of(token)), None,
                           ctypes.byref(answer), None, None)
        self.is_established = not major & CONTINUE_NEEDED
        return answer.bytes()

    def unwrap(self, token):
        message = Buffer()
        self._call("gss_unwrap", self.context, ctypes.byref(Buffer.of(token)), ctypes.byref(message), None, None)
        return message.bytes()

    def wrap(self, message):
        token = Buffer()
        self._call("gss_wrap", self.context, ctypes.c_int(0), ctypes.c_uint32(0), ctypes.byref(Buffer.of(message)), None,
                   ctypes.byref(token))
        return token.bytes()
