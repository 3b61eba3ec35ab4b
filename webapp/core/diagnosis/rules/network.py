"""Recognises names that lead nowhere, closed ports, silence and cut connections, in the spellings of many tools."""

from webapp.core.diagnosis.rules.rule import rule

PROXY = (
    rule(
        "proxy-blocked",
        """
            proxy authentication required; tunnel connection failed; tunnel through proxy; proxyerror; proxy error;
            connect tunnel failed; from proxy after connect; cannot connect to proxy; proxy returns; proxy returned;
            proxy refused; proxy denied; socks server; socks5*; socks4*; socks error; 407 proxy; proxy server refused;
            err_proxy*; proxyconnect*; blocked by proxy; proxyprotocolexception; tunneling socket*; proxyexception;
            proxy auth*; proxy connection failed; could not resolve proxy; bad response from proxy; invalid proxy;
            proxy connection; http proxy server; connect to proxy; generalproxyerror; proxy tunnel*; via proxy failed
        """,
    ),
)

NAMES = (
    rule(
        "dns-resolver-failure",
        """
            eai_again; temporary failure in name resolution; server misbehaving; servfail; eservfail;
            non recoverable failure in name resolution; resolving timed out; name lookup timed out; eai_fail;
            temporary error during hostname resolution; error occurred during a database lookup; querya; queryaaaa;
            dns server failure; dns timeout; dns lookup timed out; dns query timed out; no nameservers; edns;
            temporary dns*; name server*; resolution lifetime expired; errno 3 temporary; 11002; 11003; erefused;
            dns operation timed out; temporary name resolution*; etimeout; getaddrinfo etimedout
        """,
        or_else="dns-not-found",
    ),
    rule("dns-resolver-failure", "try again", also="getaddrinfo", or_else="dns-not-found"),
    rule("dns-resolver-failure", "53 read udp; read udp; 53 i o timeout; write udp; dial udp", also="lookup"),
    rule(
        "dns-not-found",
        """
            enotfound; name or service not known; nodename nor servname*; no such host; unknownhost*;
            could not resolve host*; couldn't resolve host*; unable to resolve host*; no address associated with*;
            getaddrinfo failed; host not found; unknown host; nxdomain; name does not resolve; failed to resolve;
            host is unknown; idna codec; label empty or too long; invalid hostname; invalid host name; enodata;
            err_name_not_resolved; can't resolve; cannot resolve; cannot find host; find the host; find host;
            no such domain; 11001; 11004; name resolution failed; name could not be resolved; could not be resolved;
            host name not found; hostname could not be*; server could not be found; domain not found;
            name not resolved; nameresolutionerror; can't find host; host lookup failed; dns name does not exist;
            getaddrinfo*; gaierror; eai_noname; could not look up; lookup failed for; not resolve; dns name not found
        """,
        or_else="dns-resolver-failure",
    ),
)

REFUSED = (
    rule(
        "connection-refused",
        """
            econnrefused; connection refused; actively refused; 10061; connectionrefused*; connect refused;
            refused the connection; connection was refused; err_connection_refused; refused to connect;
            verbindungsaufbau abgelehnt; connexion refusée; 连接被拒绝
        """,
        or_else="connection-timeout",
    ),
)

ROUTES = (
    rule(
        "connection-dropped",
        """
            econnreset; connection reset*; forcibly closed; epipe; broken pipe; socket hang up;
            eof occurred in violation of protocol; econnaborted
        """,
        or_else="too-many-connections tls-wrong-port",
    ),
    rule(
        "connection-timeout",
        """
            etimedout; timed out; timeout; time out; timedout; enetunreach; ehostunreach; no route to host;
            network is unreachable; network unreachable; host is unreachable; host unreachable; unreachable host;
            unreachable network; 10060; 10051; 10065; 10013; did not properly respond; deadline exceeded;
            network is down; eaddrnotavail; cannot assign requested address; timeoutexception; sockettimeout*;
            connecttimeout*; couldn't connect to server; could not connect to server; timeouterror; connect eacces;
            noroutetohost*; unreachable; taking too long; execution expired; opentimeout; readtimeout; no answer from;
            no response from; not responding; connect timeout; ehostdown; host is down; failed to connect;
            unable to connect; could not connect to host; cannot connect to host; can't connect to host;
            unable to reach; cannot reach; could not open socket; can't open socket; resource temporarily unavailable;
            zeitüberschreitung; 连接超时; 超时
        """,
        or_else="connection-refused",
    ),
    rule(
        "connection-dropped",
        """
            unexpected eof; unexpected end of*; unexpectedly disconnected; unexpectedly closed; closed unexpectedly;
            connection aborted; 10053; 10054; connection abort; connection lost; lost connection; connection was lost;
            connection dropped; remote end closed; connection terminated; ended unexpectedly; unterminated line;
            connection broken; connection closed*; connection is closed; connection has been closed;
            closed the connection; connection was closed; closed by remote*; closed by peer; closed by foreign host;
            closed by the remote host; server closed; closed connection; connection not available; disconnected;
            server disconnected*; disconnect*; peer closed; 0 bytes from the transport stream; premature*;
            ssl_error_syscall; eof; end of file; connection interrupted; noconnection; not connected; ssl closed;
            unexpected_eof_while_reading; connection terminated unexpectedly; underlying connection was closed;
            connection was aborted; connection was reset; hung up; autologout; closing connection; stream closed;
            eofexception; connection unexpectedly*
        """,
        or_else="too-many-connections tls-wrong-port",
    ),
)
