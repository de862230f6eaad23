//! What goes wrong with a call, in the cases that a person can do something different about.

/// Why a call was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What kind.
    pub kind: TroubleKind,
    /// AWS's code, or a word of ours.
    pub code: String,
    /// What AWS said.
    pub message: String,
}

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// A permission is missing.
    Denied,
    /// Who asks is not known here, or not any more: nothing else will be answered either.
    Credentials,
    /// There is no such thing in this Region or account.
    Unsupported,
    /// Anything else, after all attempts.
    Failed,
}

impl TroubleKind {
    /// The word in manifests.
    pub fn word(self) -> &'static str {
        match self {
            TroubleKind::Denied => "denied",
            TroubleKind::Credentials => "credentials",
            TroubleKind::Unsupported => "unsupported",
            TroubleKind::Failed => "failed",
        }
    }
}

const CREDENTIALS: &[&str] = &[
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "RequestExpired",
    "UnrecognizedClientException",
];

const UNSUPPORTED: &[&str] = &[
    "InvalidAction",
    "OptInRequired",
    "SubscriptionRequiredException",
    "UnknownOperationException",
    "UnsupportedOperation",
    "UnsupportedOperationException",
];

impl Trouble {
    /// By AWS's code.
    pub(super) fn of_code(code: &str, message: &str) -> Trouble {
        let is_denied = ["AccessDenied", "Unauthorized", "NotAuthorized"].iter().any(|it| code.contains(it))
            || code == "HTTP 403";
        let kind = if CREDENTIALS.contains(&code) || code == "HTTP 401" {
            TroubleKind::Credentials
        } else if is_denied {
            TroubleKind::Denied
        } else if UNSUPPORTED.contains(&code) {
            TroubleKind::Unsupported
        } else {
            TroubleKind::Failed
        };
        Trouble { kind, code: code.to_owned(), message: message.to_owned() }
    }

    /// After all attempts, without AWS having said anything.
    pub(super) fn failed(code: &str, message: &str) -> Trouble {
        Trouble { kind: TroubleKind::Failed, code: code.to_owned(), message: message.to_owned() }
    }

    /// Before anything was sent: nobody to sign as, nearly always.
    pub(super) fn of_sending(message: &str) -> Trouble {
        Trouble {
            kind: TroubleKind::Credentials,
            code: "NoCredentials".to_owned(),
            message: message.to_owned(),
        }
    }
}

impl Trouble {
    /// Whether it is the end for the account everywhere: a Region that an account has not opted into does not know who asks
    /// either.
    pub(super) fn is_everywhere(&self) -> bool {
        self.code.contains("Expired") || self.code == "NoCredentials"
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.message.as_str() {
            "" => formatter.write_str(&self.code),
            message => write!(formatter, "{}: {message}", self.code),
        }
    }
}
