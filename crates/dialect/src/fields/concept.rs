//! What fields are about, whatever a dialect calls it.

/// Something that a request or an answer can speak of. The order is that of the printed map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concept {
    /// The user's id.
    Id,
    /// The e-mail address.
    Email,
    /// The name that a user signs in with.
    Username,
    /// The password, in requests only.
    Password,
    /// The full name.
    FullName,
    /// Whether the user may act.
    Status,
    /// Whether the address was proven to be the user's.
    Verified,
    /// Whether a new user must accept an invitation first.
    Invite,
    /// The roles.
    Roles,
    /// What the roles permit.
    Permissions,
    /// The department.
    Department,
    /// Where the picture is.
    AvatarUrl,
    /// About the user.
    Bio,
    /// The time zone.
    Timezone,
    /// The language tag.
    Locale,
    /// Who vouches for the user.
    AuthProvider,
    /// The free object of what the user prefers.
    Preferences,
    /// The free object of how the account is set.
    Settings,
    /// The free object of anything else.
    Metadata,
    /// When the record came to be.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// The last sign-in.
    LastLogin,
    /// The workspace that a user starts in.
    DefaultWorkspace,
    /// The workspace in which one looks.
    Workspace,
    /// Which text is looked for.
    Search,
    /// Which role is looked for.
    RoleFilter,
    /// How many users a page has at most.
    Limit,
    /// The place in a list that a page begins at, as the server names it.
    Position,
    /// How many users are skipped.
    Offset,
    /// The users of a page.
    Users,
    /// How many users match in all.
    Total,
    /// Whether there are more behind a page.
    HasMore,
    /// Where the next page begins.
    NextPosition,
    /// What stands around something.
    Envelope,
    /// The error's name for programs.
    ErrorCode,
    /// The error's sentence for people.
    ErrorMessage,
    /// What belongs to the error.
    ErrorDetails,
    /// When it happened.
    ErrorTime,
    /// The status of the response again.
    ErrorStatus,
    /// The permission that is lacking.
    MissingPermission,
    /// The kind of thing that is not there.
    MissingKind,
    /// Its id.
    MissingId,
    /// The field whose value is taken.
    TakenField,
    /// The dialect for which a key is.
    PinnedTo,
    /// Where in the request a fault is.
    FaultPlace,
    /// What is wrong there.
    FaultMessage,
    /// The name of the rule that is broken.
    FaultCode,
    /// What was sent there.
    FaultInput,
    /// The figures of the rule.
    FaultContext,
    /// The credential.
    Key,
    /// The credential of a session.
    SessionKey,
    /// How it is presented.
    SessionScheme,
    /// How long a session lasts.
    SessionLength,
    /// Whether people can make accounts for themselves.
    Registration,
    /// The key under which a request has its effect once.
    IdempotencyKey,
    /// The states in which a change is welcome.
    OneOf,
    /// The states in which it is not.
    NoneOf,
}

impl Concept {
    /// The core's name for it; what belongs to lists, pages, errors and requests as such has theirs in front.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Concept::Id => "id",
            Concept::Email => "email",
            Concept::Username => "username",
            Concept::Password => "password",
            Concept::FullName => "full_name",
            Concept::Status => "status",
            Concept::Verified => "verified",
            Concept::Invite => "invite",
            Concept::Roles => "roles",
            Concept::Permissions => "permissions",
            Concept::Department => "department",
            Concept::AvatarUrl => "avatar_url",
            Concept::Bio => "bio",
            Concept::Timezone => "timezone",
            Concept::Locale => "locale",
            Concept::AuthProvider => "auth_provider",
            Concept::Preferences => "preferences",
            Concept::Settings => "settings",
            Concept::Metadata => "metadata",
            Concept::CreatedAt => "created_at",
            Concept::UpdatedAt => "updated_at",
            Concept::LastLogin => "last_login",
            Concept::DefaultWorkspace => "default_workspace",
            Concept::Workspace => "workspace",
            Concept::Search => "list.search",
            Concept::RoleFilter => "list.role",
            Concept::Limit => "list.limit",
            Concept::Position => "list.position",
            Concept::Offset => "list.offset",
            Concept::Users => "page.users",
            Concept::Total => "page.total",
            Concept::HasMore => "page.has_more",
            Concept::NextPosition => "page.next",
            Concept::Envelope => "envelope",
            Concept::ErrorCode => "error.code",
            Concept::ErrorMessage => "error.message",
            Concept::ErrorDetails => "error.details",
            Concept::ErrorTime => "error.time",
            Concept::ErrorStatus => "error.status",
            Concept::MissingPermission => "error.permission",
            Concept::MissingKind => "error.resource_type",
            Concept::MissingId => "error.resource_id",
            Concept::TakenField => "error.field",
            Concept::PinnedTo => "error.pinned_to",
            Concept::FaultPlace => "fault.place",
            Concept::FaultMessage => "fault.message",
            Concept::FaultCode => "fault.code",
            Concept::FaultInput => "fault.input",
            Concept::FaultContext => "fault.context",
            Concept::Key => "key",
            Concept::SessionKey => "session.key",
            Concept::SessionScheme => "session.scheme",
            Concept::SessionLength => "session.length",
            Concept::Registration => "registration",
            Concept::IdempotencyKey => "idempotency_key",
            Concept::OneOf => "precondition.one_of",
            Concept::NoneOf => "precondition.none_of",
        }
    }
}
