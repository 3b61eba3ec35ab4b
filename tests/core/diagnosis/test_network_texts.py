"""What libraries, programs and servers say of names, routes and proxies, in their own spellings."""

import pytest

from tests.core.diagnosis.texts import by_text
from webapp.core.diagnosis import diagnose
from webapp.core.diagnosis.failure import Failure

TEXTS = {
    "dns-not-found": """
        [Errno -2] Name or service not known
        getaddrinfo ENOTFOUND imap.exmaple.com
        [Errno 11001] getaddrinfo failed
        java.net.UnknownHostException: imap.exmaple.com
        dial tcp: lookup imap.exmaple.com: no such host
        curl: (6) Could not resolve host: imap.exmaple.com
        php_network_getaddresses: getaddrinfo for imap.exmaple.com failed: Name or service not known
        System.Net.Sockets.SocketException (11001): No such host is known.
        SocketError: getaddrinfo: nodename nor servname provided, or not known
        No such host as imap.exmaple.com
        encoding with 'idna' codec failed (UnicodeError: label empty or too long)
        Could not find the host "imap.exmaple.com."
        Error resolving imap.exmaple.com: Name or service not known
        socket.gaierror: [Errno -5] No address associated with hostname
        Could not connect to server: php_network_getaddresses: getaddrinfo failed: No such host is known
        com.sun.mail.util.MailConnectException: Couldn't connect to host, port: x, 993; timeout -1; nested exception
            is: java.net.UnknownHostException: x
        ERROR: IMAP连接失败 socket.gaierror: [Errno 11001] getaddrinfo failed
        SocketError: Failed to open TCP connection to x:993 (getaddrinfo: Name or service not known)
        Could not look up imap.exmaple.com
        Unable to resolve host "imap.exmaple.com": No address associated with hostname
        Cannot resolve server 'imap.exmaple.com'
        Max retries exceeded with url: /token (Caused by NameResolutionError("Failed to resolve
            'no-such-host.invalid' ([Errno -2] Name or service not known
    """,
    "dns-resolver-failure": """
        socket.gaierror: [Errno -3] Temporary failure in name resolution
        dial tcp: lookup imap.gmail.com on 127.0.0.11:53: server misbehaving
        dial tcp: lookup imap.gmail.com on 10.0.0.2:53: read udp 10.0.0.5:41:53: i/o timeout
        getaddrinfo EAI_AGAIN imap.gmail.com
        queryA ESERVFAIL imap.gmail.com
        Resolving timed out after 5000 milliseconds
        getaddrinfo: Temporary failure in name resolution
    """,
    "connection-refused": """
        ConnectionRefusedError: [Errno 111] Connection refused
        No connection could be made because the target machine actively refused it. 10.0.0.5:993
        connect ECONNREFUSED 127.0.0.1:1143
        dial tcp 127.0.0.1:1143: connect: connection refused
        Connection failed to mail.x.org,143: Connection refused
        java.net.ConnectException: Connection refused (Connection refused)
        Failed to connect to 127.0.0.1:1143: Connection refused
        com.sun.mail.util.MailConnectException: Couldn't connect to host, port: x, 993; timeout -1; nested exception
            is: java.net.ConnectException: Connection refused
        [Errno 61] Connection refused
        WinError 10061 No connection could be made because the target machine actively refused it
        HTTPConnectionPool(host='127.0.0.1', port=42106): Max retries exceeded with url: /token (Caused by
            NewConnectionError("HTTPConnection(host='127.0.0.1', port=42106): Failed to establish a new connection:
            [Errno 111] Connection refused
    """,
    "connection-timeout": """
        TimeoutError: timed out
        dial tcp 1.2.3.4:993: i/o timeout
        connect ETIMEDOUT 1.2.3.4:993
        A connection attempt failed because the connected party did not properly respond after a period of time
        OSError: [Errno 101] Network is unreachable
        OSError: [Errno 113] No route to host
        connect EHOSTUNREACH 1.2.3.4:993
        Connection timed out after 10001 milliseconds
        Net::OpenTimeout: execution expired
        java.net.SocketTimeoutException: Read timed out
        Timed out while connecting to server
        The operation has timed out.
        Error: Timed out while authenticating with server
        _ssl.c:989: The handshake operation timed out
        Can't connect to mail.x.org,993: Operation timed out
        read tcp 10.0.0.1:1->1.2.3.4:993: i/o timeout
        fsockopen(): unable to connect to ssl://imap.x.com:993 (Connection timed out)
        javax.mail.MessagingException: Couldn't connect to host, port: imap.x.org, 993; timeout -1
        curl: (28) Failed to connect to imap.x.com port 993 after 130000 ms: Connection timed out
        [WinError 10060] A connection attempt failed because the connected party did not properly respond
        Errno::ETIMEDOUT: Connection timed out - connect(2) for "imap.x.com" port 993
        Errno::EHOSTUNREACH: No route to host - connect(2)
        context deadline exceeded
        HTTPConnectionPool(host='127.0.0.1', port=42020): Read timed out. (read timeout=2)
    """,
    "connection-dropped": """
        read ECONNRESET
        ConnectionResetError: [Errno 104] Connection reset by peer
        An existing connection was forcibly closed by the remote host
        command: LOGIN => socket error: EOF
        EOFError: end of file reached
        The IMAP server has unexpectedly disconnected.
        javax.mail.FolderClosedException: * BYE JavaMail Exception: java.io.IOException: Connection dropped by
            server?
        [CLOSED] IMAP connection broken (server response)
        BYE JavaMail Exception: java.net.SocketException: Connection reset
        Error: Socket closed unexpectedly
        imap: connection closed
        write: broken pipe
        [SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol (_ssl.c:1006)
        Client network socket disconnected before secure TLS connection was established
        Error: Connection ended unexpectedly
        * BYE Autologout; idle for too long
        * BYE Connection is closed. 13
        Received an unexpected EOF or 0 bytes from the transport stream.
        OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to imap.x.com:993
        error:0A000126:SSL routines::unexpected eof while reading
        javax.net.ssl.SSLException: Connection has been shutdown: javax.net.ssl.SSLHandshakeException: Remote host
            closed connection during handshake
        javax.mail.MessagingException: SSL handshake aborted: ssl=0xa77ac600: I/O error during system call, Software
            caused connection abort
        unexpected EOF
        EOF
        imap: failed to read greeting: EOF
        Errno::EPIPE: Broken pipe
        IMAP4.abort: command: SELECT => socket error: EOF
        ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))
    """,
    "proxy-blocked": """
        OSError: Tunnel connection failed: 407 Proxy Authentication Required
        curl: (56) Received HTTP code 403 from proxy after CONNECT
        MailKit.Net.Proxy.ProxyProtocolException: Failed to connect to imap.x.org:993: 407
        tunneling socket could not be established, statusCode=407
        socks connect tcp 127.0.0.1:9050->imap.x.org:993: unknown error general SOCKS server failure
        java.io.IOException: Unable to tunnel through proxy. Proxy returns "HTTP/1.1 403 Forbidden"
        HTTPSConnectionPool(host='oauth2.googleapis.com', port=443): Max retries exceeded with url: /token (Caused
            by ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden')))
    """,
}


@pytest.mark.parametrize(("text", "slug"), by_text(TEXTS))
def test_a_text_of_the_network_is_understood_without_stage_or_provider(text: str, slug: str) -> None:
    assert diagnose(Failure(text=text)).problem.slug == slug
