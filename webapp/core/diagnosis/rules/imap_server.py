"""Recognises what a server says of itself: another protocol, too busy, encryption wanted, no such mailbox."""

from webapp.core.diagnosis.failure import Stage
from webapp.core.diagnosis.rules.rule import combine, rule

LIMITS = (
    rule(
        "too-many-connections",
        """
            too many simultaneous*; too many connection*; too many concurrent*; too many open*; too many active*;
            maximum number of connection*; maximum connection*; max connection*; connection limit*;
            mail_max_userip_connections; too many session*; session limit*; maximum number of simultaneous*;
            maximum number of concurrent*; maximum number of session*; simultaneous connections;
            concurrent connections; connections from your ip; connections from this ip; too many imap*;
            too many users; too many clients; connection count*; connections limit*; max_user_connections;
            exceeded the maximum number; too many logged in; exceeds the limit of concurrent*; session count*;
            连接数
        """,
        combine(
            "too many; maximum number of; maximum; max; number of; limit of; limit on; limit for",
            "; simultaneous; concurrent; open; active; imap; parallel; client; tcp; concurrent imap; simultaneous imap",
            "connections; sessions; connected clients",
        ),
        combine("connection; connections; session; sessions", "limit; limits; quota", "; exceeded; reached"),
        or_else="rate-limited",
    ),
    rule(
        "rate-limited",
        """
            is throttled; throttled; throttling; throttle; suggested backoff time; bandwidth limit*;
            command or bandwidth limits; rate limit*; ratelimit*; rate_limit*; too many requests; userratelimit*;
            rate exceeded; request limit; quota exceeded for; daily limit*; slow down; too many commands;
            too frequent*; frequency limit*; login frequency limited; requests per; usage limit; rate was exceeded;
            download limit; transfer limit; http 429; error 429; status 429; 429 too many; code 429
        """,
        unless="account is abnormal",
        or_else="too-many-connections",
    ),
    rule("tls-wrong-port", "too many invalid commands", or_else="not-an-imap-server"),
    rule(
        "account-locked",
        """
            intrusion prevention; too many invalid*; too many failed*; too many login*; too many bad*;
            too many authentication*; too many auth*; too many incorrect*; too many unsuccessful*; too many wrong*;
            too many attempts; too many errors; too many password*; too many tries; temporarily locked;
            temporarily blocked; locked out; account lockout; lockout; your ip has been; your ip address has been;
            your ip is; your ip address is; your ip was; blacklist*; banned; brute force*; fail2ban;
            has been blocked; is blocked; locked due to; repeated login fail*; repeated authentication fail*;
            idslocked; failed attempts; failed login attempts; userlocked; was locked; blocked due to
        """,
        combine("too many; repeated; multiple; excessive", "failed; invalid; incorrect; bad; wrong; unsuccessful"),
        combine("too many", "login; logins; log in; authentication; auth; password; sign in"),
        combine(
            "account; user; ip; ip address; address; login; your ip; client; host",
            "; is; has been; was; is currently; temporarily",
            "locked; blocked; banned; locked out; blacklisted; blocklisted; temporarily locked; temporarily blocked",
        ),
        or_else="web-login-required",
    ),
)

ENCRYPTION_WANTED = (
    rule(
        "login-disabled-use-tls",
        """
            login disabled; logging in is disabled; disallowed plaintext*; login is disabled; privacyrequired;
            plaintext authentication disallowed; plaintext authentication disabled; plaintext auth*;
            cleartext auth*; cleartext login*; clear text*; must issue a starttls*; starttls required;
            starttls is required; encryption required; encryption is required; encryption needed;
            require encryption; requires encryption; requires ssl; requires tls; tls required; ssl required;
            ssl tls required; requires a secure connection; require a secure connection;
            secure connection is required; secure connection required; plaintext login*; plain text login*;
            plain text auth*; plain text password*; plaintext password*; unencrypted connection*; use starttls*;
            use ssl tls; use tls ssl; non secure; without tls; without encryption; not permitted without;
            starttls first; insecure connection*; please use ssl*; please use tls*; must use tls; must use ssl;
            not encrypted; tls is required; confidentiality required
        """,
        unless="""
            certificate; handshake; basic authentication; sasl mechanism*; support starttls; starttls not supported;
            starttls not available; starttls is not supported
        """,
        or_else="auth-mechanism-unsupported",
    ),
)

ENCRYPTION_WANTED_BY_CAPABILITY = (
    rule(
        "login-disabled-use-tls",
        "logindisabled",
        unless="authenticationfailed; begin tls negotiation now",
        or_else="auth-mechanism-unsupported",
    ),
)

BUSY = (
    rule(
        "server-unavailable",
        """
            tempfail; temporary authentication*; temporary system*; temporary fail*; temporary error;
            temporary problem; temporary internal*; temporarily unavailable; temporarily not available;
            temporarily offline; server is busy; server busy; system busy; system is busy; too busy; serverbug;
            internal server error; internal error; server unavailable; service unavailable; service is unavailable;
            service not available; serviceunavailable; unavailable; service temporarily*; backend error;
            backend unavailable; backend fail*; system error; system problem; shutting down; going down;
            connect to auth server; server shutdown; system shutdown; maintenance; bad gateway; gateway timeout;
            gateway time out; 503 service*; http 503; error 503; 503 server error; status 503; code 503;
            500 server error; status 500; server error occurred; 421 server*; 421 service*; atom 421;
            try again later; please try later; try later; not available at this time; currently unavailable; inuse;
            mailbox is locked; mailbox in use; internal failure; unexpected server error; server is down;
            transient exception; transient error; transient failure; transient problem; temporary server*; 系统繁忙
        """,
        combine(
            (
                "auth process; auth server; authentication server; authentication process; authentication service; "
                "auth service"
            ),
            "; is; not",
            "broken; died; down; unavailable; not available; responding; not responding; lost; timed out; reachable",
        ),
        literals=("[CORRUPTION]",),
        unless="imap is disabled; abnormal; resource temporarily unavailable",
        or_else="rate-limited",
    ),
)

OTHER_PROTOCOL = (
    rule(
        "not-an-imap-server",
        """
            esmtp; smtp ready; pop3 server; pop3 ready; pop server; http 1 0; http 1 1; doctype html; html head;
            invalid greeting; unexpected greeting; bad greeting; unknown greeting; unrecognized greeting;
            unrecognised greeting; imap server greeting; imap greeting; imap4 greeting; server greeting; not an imap*;
            not a valid imap*; not imap*; ssh 2 0; weird server reply; unexpected response b 220*;
            does not appear to be an imap*; doesn't look like an imap*; unknown server response; no greeting;
            invalid server greeting; unexpected response from server; invalid imap response; not speak imap*;
            not an imap4*; unexpected server response; ftp server; no valid greeting; imap4 protocol error
        """,
        literals=(
            "+OK",
            "* OK POP",
            "HTTP/1.",
            "HTTP/2",
        ),
        unless="421; too many connections; busy",
        stages=(
            Stage.NETWORK,
            Stage.TLS,
            Stage.GREETING,
        ),
        or_else="tls-wrong-port",
    ),
)

MAILBOX_NAMED = (
    rule(
        "mailbox-full",
        """
            mailbox full; mailbox is full; mailbox for user is full; quota exceeded mailbox; over quota; overquota;
            disk quota*; storage quota*; storage limit; out of storage; not enough space; no space left on device;
            mailbox size limit*; exceeds the quota; quota is exceeded; user is over*; insufficient storage
        """,
        unless="bandwidth*; command or bandwidth limits; connections; requests",
        stages=(Stage.MAILBOX,),
        or_else="rate-limited",
    ),
    rule("imap-id-required", "unsafe login*; kefu 188 com; unsafe_login"),
    rule("mailbox-not-found", "nonexistent; unknown mailbox*; mailbox isn't selectable"),
)

MAILBOX_LAST_GUESS = (
    rule(
        "mailbox-not-found",
        "doesn't exist; does not exist; not exist",
        stages=(Stage.MAILBOX,),
    ),
)

MAILBOXES = (
    rule(
        "mailbox-not-found",
        """
            nonexistent; unknown mailbox*; mailbox doesn't exist*; mailbox doesnt exist; isn't selectable;
            not selectable; is not selectable; no such mailbox; no such folder; invalid mailbox*; invalid folder*;
            trycreate; foldernotfound*; noselect; character not allowed in mailbox name; mailboxnotfound*;
            does not exist in mailbox; cannot select; nonexistent mailbox; could not select; failed to select;
            no matching folder*; folder is not selectable; doesn't exist inbox*; no inbox; specified folder;
            文件夹不存在
        """,
        combine(
            "mailbox; folder", "; does; is; was; could", "not found; not exist; doesn't exist; not be found; unknown"
        ),
        combine("unknown; invalid; non existent; cannot open; can't open; failed to open", "mailbox; folder"),
        unless="unsafe; permission; noperm",
        stages=(Stage.MAILBOX,),
        or_else="mailbox-access-denied",
    ),
    rule(
        "mailbox-access-denied",
        """
            noperm; permission denied; adequate permissions; not authorized to access; acl; authorizationfailed;
            insufficient rights; no permission*; permissions are insufficient; not permitted; not have permission*;
            lacks permission*; don't have permission*; insufficient privileges; not allowed to access; no rights;
            no access to; not have access; is not writable; opened read only
        """,
        stages=(
            Stage.AUTH,
            Stage.MAILBOX,
        ),
        or_else="mailbox-not-found delegation-not-configured",
    ),
    rule(
        "mailbox-access-denied",
        "access denied; access is denied",
        stages=(Stage.MAILBOX,),
        unless="login; curl 67; authentication",
        or_else="mailbox-not-found wrong-password",
    ),
)
