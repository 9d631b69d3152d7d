"""Programs that talk to somebody."""

from tests.sandbox.attacks.kit import probe


def _family(id: str, says: str, family: str, kind: str = "SOCK_STREAM", protocol: int = 0):
    return probe(
        id,
        says,
        f"""
def got_in():
    import socket
    try: socket.socket(socket.{family}, socket.{kind}, {protocol})
    except (OSError, AttributeError): return False
    return True
""",
    )


ATTACKS = [
    _family("net-tcp", "no TCP socket", "AF_INET"),
    _family("net-udp", "no UDP socket", "AF_INET", "SOCK_DGRAM"),
    _family("net-tcp6", "no TCP socket of version 6", "AF_INET6"),
    _family("net-raw", "no raw socket", "AF_INET", "SOCK_RAW", 1),
    _family("net-unix", "no named Unix socket", "AF_UNIX"),
    _family("net-netlink", "no netlink socket", "AF_NETLINK", "SOCK_RAW"),
    _family("net-packet", "no packet socket", "AF_PACKET", "SOCK_RAW"),
    _family("net-vsock", "no socket to the hypervisor", "AF_VSOCK"),
    _family("net-alg", "no kernel crypto socket", "AF_ALG", "SOCK_SEQPACKET"),
    _family("net-bluetooth", "no Bluetooth socket", "AF_BLUETOOTH", "SOCK_RAW"),
    probe(
        "net-url",
        "nothing can be fetched",
        """
def got_in():
    import urllib.request
    try: urllib.request.urlopen('http://1.1.1.1/', timeout=2)
    except OSError: return False
    return True
""",
    ),
    probe(
        "net-dns",
        "no name is resolved over the network",
        """
def got_in():
    import socket
    try: return bool(socket.gethostbyname('example.com'))
    except OSError: return False
""",
    ),
    probe(
        "net-inet-socketpair",
        "a socket pair is of Unix sockets or none",
        """
def got_in():
    import socket
    for family in (socket.AF_INET, socket.AF_INET6, 16, 17, 40):
        try:
            socket.socketpair(family)
            return True
        except (OSError, ValueError): pass
    return False
""",
    ),
    probe(
        "net-io-uring",
        "no socket by way of io_uring",
        "def got_in(): return not (refused(425, 1, 0) and refused(426, 0, 0, 0, 0, 0, 0) and refused(427, 0, 0, 0, 0))",
    ),
    probe(
        "net-pair-connects-abroad",
        "the ends of a socket pair cannot be connected to anybody else",
        """
def got_in():
    import socket
    a, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for name in ('\\0abstract', '/run/systemd/notify', '/var/run/docker.sock', '/dev/log', '/run/dbus/system_bus_socket'):
        try:
            a.connect(name)
            return True
        except OSError: pass
    return False
""",
    ),
    probe(
        "net-interfaces",
        "no network interface but loopback is in sight",
        """
def got_in():
    import socket
    try: return any(name != 'lo' for _, name in socket.if_nameindex())
    except OSError: return False
""",
    ),
]
