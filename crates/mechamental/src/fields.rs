//! Every name on the wire of this API, and what it means.

use dialect::fields::Concept::{
    AuthProvider, AvatarUrl, Bio, CreatedAt, DefaultWorkspace, Email, Envelope, ErrorCode, ErrorDetails, ErrorMessage,
    ErrorStatus, ErrorTime, FaultCode, FaultContext, FaultInput, FaultMessage, FaultPlace, FullName, HasMore, Id,
    IdempotencyKey, Key, LastLogin, Limit, Locale, NextPosition, NoneOf, OneOf, Password, Position, Preferences,
    Registration, Roles, Search, SessionKey, SessionLength, SessionScheme, Settings, Status, Timezone, Total,
    UpdatedAt, Username, Users, Verified, Workspace,
};
use dialect::fields::Place::{Answer, Body, Header, Path, Query};
use dialect::fields::{Field, Place};

const LIST: &[&str] = &["listUsers"];
const CREATE: &[&str] = &["createUser"];
const WRITES: Place = Body(&["createUser", "updateUser"]);
const ONE: &[&str] = &["getUser", "updateUser", "deleteUser"];
const CONDITIONAL: &[&str] = &["getCurrentUser", "getUser", "updateUser", "deleteUser", "updateMyPreferences"];
const WITH_A_KEY: &[&str] = &[
    "listUsers",
    "createUser",
    "getCurrentUser",
    "getUser",
    "updateUser",
    "deleteUser",
    "updateMyPreferences",
    "logout",
];

const USER: Place = Answer(&["UserResponse"]);
const PAGE: &[Place] = &[Answer(&["UserListResponse"])];
const SESSION: &[Place] = &[Answer(&["LoginResponse"])];
const ERROR: &[Place] = &[Answer(&["ErrorResponse"])];
const FAULT: &[Place] = &[Answer(&["ValidationError"])];
/// What can be set at any time, and is shown.
const RECORD: &[Place] = &[WRITES, USER];
/// What is only shown.
const SHOWN: &[Place] = &[USER];

const ROUND_TRIP: &str = "crossing::round_trip::a_round_trip_through_both_dialects_loses_nothing";
const NOTHING_INVENTED: &str = "contract::record::what_nobody_said_is_empty_and_nothing_is_invented";
const TIMES: &str = "contract::record::times_are_utc_to_the_microsecond_in_one_dialect_and_to_the_second_in_the_other";
const PAGES: &str = "mechamental::lists::pages_join_without_gap_or_overlap_and_the_last_one_says_so";
const ENVELOPE: &str = "golden::samples::mechamental_errors_are_the_samples";
const FAULTS: &str = "vectors::every_recorded_case_is_answered_to_the_letter";

const IN_MICROSECONDS: &str = "UTC, with six fractional digits, or none where they are zero.";

/// Every name, the record in the order in which a body is read.
pub(crate) static FIELDS: &[Field] = &[
    Field::exact(
        Id,
        "user_id",
        &[Path(ONE), USER],
        "A UUID that never changes; an id that is none belongs to nobody.",
        "contract::record::an_id_is_a_uuid_of_version_7_and_any_other_text_is_not_found",
    ),
    Field::exact(
        Email,
        "email",
        &[Body(&["createUser", "updateUser", "login", "forgotPassword"]), USER],
        "Normalised, and unique in the installation without regard to case; a new one is not verified.",
        "contract::identity::an_address_is_normalised_alike_through_both_doors",
    ),
    Field::exact(
        Username,
        "username",
        &[Body(&["createUser", "updateUser", "login"]), USER],
        "At least one character, unique in the installation without regard to case.",
        "contract::identity::a_username_is_unique_without_regard_to_case",
    ),
    Field::exact(
        Password,
        "password",
        &[Body(&["createUser", "updateUser", "login"])],
        "From 8 characters to 71 bytes of UTF-8, where it is set; never shown again.",
        "contract::passwords::a_password_has_eight_characters_at_least_and_seventy_one_bytes_at_most",
    ),
    Field::exact(FullName, "full_name", RECORD, "May be absent or empty.", ROUND_TRIP),
    Field::exact(AvatarUrl, "avatar_url", RECORD, "An absolute http or https address.", ROUND_TRIP),
    Field::exact(Bio, "bio", RECORD, "A text, kept as it is sent.", ROUND_TRIP),
    Field::exact(Timezone, "timezone", RECORD, "A name of the IANA time zone database.", ROUND_TRIP),
    Field::exact(Locale, "locale", RECORD, "A BCP 47 language tag, kept as it is sent.", ROUND_TRIP),
    Field::exact(
        Preferences,
        "preferences",
        &[Body(&["createUser", "updateUser", "updateMyPreferences"]), USER],
        "A free object, its numbers kept as they are sent; updateMyPreferences merges into it, all else replaces it.",
        ROUND_TRIP,
    ),
    Field::exact(
        Settings,
        "settings",
        RECORD,
        "A free object, its numbers kept as they are sent, replaced as one value.",
        ROUND_TRIP,
    ),
    Field::derived(
        Status,
        "is_active",
        &[Body(&["updateUser"]), USER],
        "True where the status is active; false makes inactive who is active, and changes nobody else.",
        "crossing::status::setting_the_boolean_false_deactivates_the_active_and_leaves_the_others",
    ),
    Field::exact(
        Roles,
        "roles",
        RECORD,
        "One at least, each once, the highest first; the least one where a new user is given none.",
        "contract::roles::roles_are_ordered_by_rank_and_stand_once",
    ),
    Field::exact(
        DefaultWorkspace,
        "default_workspace_id",
        RECORD,
        "The workspace that a user starts in; who is no member of it joins it.",
        "contract::membership::a_put_of_a_default_workspace_makes_a_member",
    ),
    Field::exact(Verified, "is_verified", SHOWN, "Whether the address was proven to be the user's.", NOTHING_INVENTED),
    Field::exact(
        AuthProvider,
        "auth_provider",
        SHOWN,
        "Who vouches for the user: local unless imported.",
        NOTHING_INVENTED,
    ),
    Field::exact(CreatedAt, "created_at", SHOWN, IN_MICROSECONDS, TIMES),
    Field::exact(UpdatedAt, "updated_at", SHOWN, IN_MICROSECONDS, TIMES),
    Field::exact(LastLogin, "last_login", SHOWN, IN_MICROSECONDS, NOTHING_INVENTED),
    Field::exact(
        Workspace,
        "workspace_id",
        &[Query(&["listUsers", "getUser"])],
        "The workspace that is looked at, within the key's reach; a list needs it.",
        "mechamental::lists::a_workspace_must_be_named_and_within_reach",
    ),
    Field::exact(
        Search,
        "search",
        &[Query(LIST)],
        "A part of the username, full name or address, in any case.",
        "mechamental::lists::search_finds_a_part_of_username_full_name_or_email_in_any_case",
    ),
    Field::exact(
        Limit,
        "limit",
        &[Query(LIST)],
        "From 1 to 200, 50 where it is absent.",
        "mechamental::lists::fifty_come_unless_told_otherwise",
    ),
    Field::exact(
        Position,
        "cursor",
        &[Query(LIST)],
        "A next_cursor of the same list.",
        "mechamental::cursors::a_cursor_belongs_to_its_workspace_and_its_search_but_to_no_page_size",
    ),
    Field::exact(Total, "total", PAGE, "All that match, on whatever page.", PAGES),
    Field::exact(HasMore, "has_more", PAGE, "Whether there is a page behind this one.", PAGES),
    Field::exact(NextPosition, "next_cursor", PAGE, "Where the next page begins; null on the last one.", PAGES),
    Field::exact(Users, "users", PAGE, "By id, each as getUser shows it.", PAGES),
    Field::exact(
        SessionKey,
        "access_token",
        SESSION,
        "A key with the rights of whoever has signed in, which is shown once.",
        "accounts::sign_in::whoever_signs_in_has_a_key_of_its_own_in_every_dialect",
    ),
    Field::exact(
        SessionScheme,
        "token_type",
        SESSION,
        "The scheme in which it is presented: always bearer.",
        "accounts::sign_in::whoever_signs_in_has_a_key_of_its_own_in_every_dialect",
    ),
    Field::exact(
        SessionLength,
        "expires_in",
        SESSION,
        "In seconds, from the answer on.",
        "accounts::sign_in::a_session_ends_by_itself",
    ),
    Field::exact(
        Envelope,
        "user",
        SESSION,
        "Who has signed in, as getUser shows it.",
        "accounts::sign_in::whoever_signs_in_has_a_key_of_its_own_in_every_dialect",
    ),
    Field::exact(
        Registration,
        "allow_registration",
        &[Answer(&["AuthConfigResponse"])],
        "Whether people can make accounts for themselves: never.",
        "accounts::sign_in::nobody_makes_an_account_for_itself",
    ),
    Field::derived(ErrorCode, "error", ERROR, "What went wrong, as a code of this dialect's own.", ENVELOPE),
    Field::derived(ErrorMessage, "message", ERROR, "The same as a sentence, which may change.", ENVELOPE),
    Field::derived(ErrorDetails, "details", ERROR, "An object that belongs to the code.", ENVELOPE),
    Field::exact(ErrorTime, "timestamp", ERROR, "UTC, with six fractional digits and no zone.", ENVELOPE),
    Field::exact(ErrorStatus, "status_code", ERROR, "The status of the answer again.", ENVELOPE),
    Field::derived(
        ErrorMessage,
        "detail",
        &[Answer(&["DetailResponse", "HTTPValidationError"])],
        "A sentence where no operation answers, and the list of faults where a request is not valid.",
        FAULTS,
    ),
    Field::derived(FaultPlace, "loc", FAULT, "The part of the request, and the way from there.", FAULTS),
    Field::derived(FaultMessage, "msg", FAULT, "A sentence.", FAULTS),
    Field::exact(FaultCode, "type", FAULT, "The name of the rule that is broken.", FAULTS),
    Field::exact(
        FaultInput,
        "input",
        FAULT,
        "What was sent there, passwords masked.",
        "contract::passwords::no_refusal_echoes_a_password_of_whatever_type_and_depth",
    ),
    Field::exact(FaultContext, "ctx", FAULT, "The figures of the rule, if it has some.", FAULTS),
    Field::derived(
        Key,
        "authorization",
        &[Header(WITH_A_KEY)],
        "The scheme Bearer, and a key, which is the same in every dialect.",
        "contract::callers::the_same_key_works_in_both_dialects",
    ),
    Field::exact(
        IdempotencyKey,
        "Idempotency-Key",
        &[Header(CREATE)],
        "A request with the same key is carried out once.",
        "conventions::idempotency::a_repeat_is_answered_to_the_byte_whatever_has_become_of_the_user",
    ),
    Field::derived(
        OneOf,
        "If-Match",
        &[Header(CONDITIONAL)],
        "Entity tags, which each dialect makes for itself, or *.",
        "conventions::preconditions::if_match_lets_a_change_through_that_was_made_for_this_state",
    ),
    Field::derived(
        NoneOf,
        "If-None-Match",
        &[Header(CONDITIONAL)],
        "Entity tags, which each dialect makes for itself, or *.",
        "conventions::preconditions::if_none_match_keeps_a_change_from_a_state_that_is_there",
    ),
];
