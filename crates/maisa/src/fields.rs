//! Every name on the wire of this API, and what it means.

use dialect::fields::Concept::{
    CreatedAt, Department, Email, Envelope, ErrorCode, ErrorDetails, ErrorMessage, FaultMessage, FaultPlace, FullName,
    HasMore, Id, IdempotencyKey, Invite, Key, LastLogin, Limit, Metadata, MissingId, MissingKind, MissingPermission,
    NoneOf, Offset, OneOf, Permissions, PinnedTo, RoleFilter, Roles, Status, TakenField, Total, UpdatedAt, Users,
};
use dialect::fields::Place::{Answer, Body, Header, Path, Query};
use dialect::fields::{Field, Place};

const LIST: &[&str] = &["listUsers"];
const CREATE: &[&str] = &["createUser"];
const WRITES: Place = Body(&["createUser", "updateUser"]);
const ONE: &[&str] = &["getUser", "updateUser", "deleteUser"];

/// A user, in full and in a list.
const USER: Place = Answer(&["User", "UserListItem"]);
/// What only the user in full has.
const WHOLE: Place = Answer(&["User"]);
const PAGE: Place = Answer(&["UserList"]);
const ERROR: &[Place] = &[Answer(&["ErrorResponse"])];
const FAULT: &[Place] = &[Answer(&["FieldError"])];

const ROUND_TRIP: &str = "crossing::round_trip::a_round_trip_through_both_dialects_loses_nothing";
const TIMES: &str = "contract::record::times_are_utc_to_the_microsecond_in_one_dialect_and_to_the_second_in_the_other";
const PAGES: &str = "maisa::lists::limit_and_offset_are_echoed_and_the_last_page_says_so";
const FAULTS: &str = "maisa::input::types_are_strict_and_every_failing_field_is_told";
const ERRORS: &str = "golden::maisa::get_user";

const IN_SECONDS: &str = "UTC, in whole seconds: what is beyond them is cut off.";

/// Every name, the record in the order in which it is shown.
pub(crate) static FIELDS: &[Field] = &[
    Field::exact(
        Id,
        "id",
        &[USER],
        "A UUID that never changes; an id that is none belongs to nobody.",
        "contract::record::an_id_is_a_uuid_of_version_7_and_any_other_text_is_not_found",
    ),
    Field::exact(
        Id,
        "userId",
        &[Path(ONE)],
        "A UUID that never changes; an id that is none belongs to nobody.",
        "contract::record::an_id_is_a_uuid_of_version_7_and_any_other_text_is_not_found",
    ),
    Field::exact(
        Email,
        "email",
        &[Body(CREATE), USER],
        "Normalised, and unique in the installation without regard to case; it cannot be changed here.",
        "contract::identity::an_address_is_normalised_alike_through_both_doors",
    ),
    Field::derived(
        FullName,
        "name",
        &[WRITES, USER],
        "The full name, or the username where that is absent or empty; writing back what is shown changes nothing.",
        "crossing::names::without_a_full_name_the_username_is_shown_and_writing_it_back_changes_nothing",
    ),
    Field::derived(
        Roles,
        "role",
        &[WRITES, USER],
        "The highest of the roles; another one becomes the only role, the one that is shown changes nothing.",
        "contract::roles::maisas_role_replaces_all_roles_unless_it_is_the_one_shown",
    ),
    Field::exact(
        Status,
        "status",
        &[Body(&["updateUser"]), USER],
        "active, inactive, pending or suspended; pending can only be kept.",
        "maisa::writes::a_status_is_one_of_three_and_pending_only_where_it_is",
    ),
    Field::derived(CreatedAt, "createdAt", &[USER], IN_SECONDS, TIMES),
    Field::exact(
        Department,
        "department",
        &[WRITES, WHOLE],
        "None where it is empty or null.",
        "maisa::writes::an_empty_department_is_null",
    ),
    Field::derived(
        LastLogin,
        "lastLoginAt",
        &[WHOLE],
        IN_SECONDS,
        "maisa::writes::a_new_user_has_what_was_said_and_nothing_else",
    ),
    Field::derived(
        Permissions,
        "permissions",
        &[WHOLE],
        "What the settings let the roles do.",
        "contract::roles::every_role_permits_what_the_default_settings_say_in_that_order",
    ),
    Field::derived(UpdatedAt, "updatedAt", &[WHOLE], IN_SECONDS, TIMES),
    Field::exact(
        Metadata,
        "metadata",
        &[WRITES, WHOLE],
        "A free object, its numbers kept as they are sent, replaced as one value.",
        ROUND_TRIP,
    ),
    Field::exact(
        Invite,
        "sendActivationEmail",
        &[Body(CREATE)],
        "True or absent: the user is pending until it accepts the invitation; false: active at once.",
        "maisa::writes::a_new_user_waits_for_activation_unless_told_not_to",
    ),
    Field::exact(
        Limit,
        "limit",
        &[Query(LIST)],
        "From 1 to 100, 20 where it is absent.",
        "maisa::lists::a_list_has_the_reach_of_the_key_and_twenty_at_a_time",
    ),
    Field::exact(Limit, "pagination.limit", &[PAGE], "As it was asked for.", PAGES),
    Field::exact(Offset, "offset", &[Query(LIST)], "How many users are skipped, by id.", PAGES),
    Field::exact(Offset, "pagination.offset", &[PAGE], "As it was asked for.", PAGES),
    Field::exact(
        RoleFilter,
        "role",
        &[Query(LIST)],
        "Only users of whom this role is shown.",
        "maisa::lists::the_filter_looks_at_the_role_that_is_shown",
    ),
    Field::derived(Users, "data", &[PAGE], "By id, each with six of the members that getUser shows.", PAGES),
    Field::exact(
        Envelope,
        "data",
        &[Answer(&["UserData"])],
        "Stands around one user.",
        "golden::samples::a_maisa_user_is_made_like_the_sample",
    ),
    Field::exact(Envelope, "pagination", &[PAGE], "Stands around what a list says of its page.", PAGES),
    Field::exact(Total, "pagination.total", &[PAGE], "All that match, on whatever page.", PAGES),
    Field::exact(HasMore, "pagination.hasMore", &[PAGE], "Whether there are users behind this page.", PAGES),
    Field::exact(Envelope, "error", ERROR, "Stands around an error.", ERRORS),
    Field::derived(ErrorCode, "error.code", ERROR, "What went wrong, as a code of this dialect's own.", ERRORS),
    Field::derived(ErrorMessage, "error.message", ERROR, "The same as a sentence, which may change.", ERRORS),
    Field::derived(
        ErrorDetails,
        "error.details",
        ERROR,
        "The list of faults where a request is not valid, else an object that belongs to the code.",
        FAULTS,
    ),
    Field::exact(
        MissingPermission,
        "error.details.requiredPermission",
        ERROR,
        "The permission that is lacking.",
        ERRORS,
    ),
    Field::exact(MissingKind, "error.details.resourceType", ERROR, "What is not there: user or workspace.", ERRORS),
    Field::exact(MissingId, "error.details.resourceId", ERROR, "Its id, as it was sent.", ERRORS),
    Field::exact(
        TakenField,
        "error.details.field",
        ERROR,
        "The field whose value is taken.",
        "maisa::writes::a_taken_address_is_a_conflict_that_need_not_be_tried_again",
    ),
    Field::exact(
        PinnedTo,
        "error.details.pinnedTo",
        ERROR,
        "The dialect for which the key is, where it is not for this one.",
        "crates::maisa::errors::tests::every_error_of_a_directory_has_its_answer",
    ),
    Field::derived(
        FaultPlace,
        "field",
        FAULT,
        "The member, parameter or header; body for the body as a whole.",
        FAULTS,
    ),
    Field::derived(FaultMessage, "message", FAULT, "What is wrong with it, to be read behind the name.", FAULTS),
    Field::exact(
        Key,
        "X-API-Key",
        &[Header(&["listUsers", "createUser", "getUser", "updateUser", "deleteUser"])],
        "A key, which is the same in every dialect.",
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
        &[Header(ONE)],
        "Entity tags, which each dialect makes for itself, or *.",
        "conventions::preconditions::if_match_lets_a_change_through_that_was_made_for_this_state",
    ),
    Field::derived(
        NoneOf,
        "If-None-Match",
        &[Header(ONE)],
        "Entity tags, which each dialect makes for itself, or *.",
        "conventions::preconditions::if_none_match_keeps_a_change_from_a_state_that_is_there",
    ),
];
