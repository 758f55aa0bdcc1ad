//! The tables, as every backend has them. Ids and JSON are text, times are microseconds since the Unix epoch.

diesel::table! {
    /// The tenants.
    workspaces (id) {
        id -> Text,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// The directory.
    users (id) {
        id -> Text,
        revision -> BigInt,
        email -> Text,
        email_key -> Text,
        verified -> Bool,
        username -> Text,
        username_key -> Text,
        full_name -> Nullable<Text>,
        status -> Text,
        role -> Text,
        roles -> Text,
        department -> Nullable<Text>,
        timezone -> Nullable<Text>,
        locale -> Nullable<Text>,
        auth_provider -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        last_login -> Nullable<BigInt>,
        default_workspace_id -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        search_text -> Text,
        avatar_url -> Nullable<Text>,
        bio -> Nullable<Text>,
        preferences -> Text,
        settings -> Text,
        metadata -> Text,
    }
}

diesel::table! {
    /// Who belongs to which tenant.
    memberships (workspace_id, user_id) {
        workspace_id -> Text,
        user_id -> Text,
        role -> Text,
    }
}

diesel::table! {
    /// How many members of each role a list has. Kept by triggers.
    list_totals (workspace_id, role, part) {
        workspace_id -> Text,
        role -> Text,
        part -> BigInt,
        members -> BigInt,
    }
}

diesel::table! {
    /// How many members each stretch of a list has, up to the horizon. On SQLite only.
    list_blocks (workspace_id, role, first_id) {
        workspace_id -> Text,
        role -> Text,
        first_id -> Text,
        members -> BigInt,
    }
}

diesel::table! {
    /// Where lists stand in the index of searches; the first row has the horizon. On SQLite only.
    search_places (place) {
        place -> BigInt,
        last_id -> Text,
    }
}

diesel::table! {
    /// What clients present.
    keys (id) {
        id -> Text,
        name -> Text,
        secret_hash -> Binary,
        reach -> Text,
        workspace_id -> Nullable<Text>,
        owner_id -> Nullable<Text>,
        permissions -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        pinned -> Nullable<Text>,
        plan -> Nullable<Text>,
        session -> Bool,
    }
}

diesel::table! {
    /// How often which key called what, on each day.
    usage (key_id, day, operation) {
        key_id -> Text,
        day -> BigInt,
        operation -> Text,
        calls -> BigInt,
        errors -> BigInt,
        last_seen -> BigInt,
    }
}

diesel::table! {
    /// With what.
    usage_details (key_id, day, operation, kind, name) {
        key_id -> Text,
        day -> BigInt,
        operation -> Text,
        kind -> Text,
        name -> Text,
        calls -> BigInt,
    }
}

diesel::table! {
    /// How often somebody has tried.
    attempts (subject) {
        subject -> Text,
        arrival -> BigInt,
    }
}

diesel::table! {
    /// What is to be sent.
    outbox (id) {
        id -> Text,
        user_id -> Text,
        kind -> Text,
        created_at -> BigInt,
        attempts -> BigInt,
        due_at -> BigInt,
        leased_until -> Nullable<BigInt>,
        tried_since -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        abandoned_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// What was mailed to prove that a mail was read.
    tokens (hash) {
        hash -> Text,
        user_id -> Text,
        purpose -> Text,
        email_key -> Text,
        message_id -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    /// What the installation remembers.
    facts (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    /// Requests that had their effect.
    claims (id) {
        id -> Text,
        created_at -> BigInt,
        user_id -> Nullable<Text>,
        fingerprint -> Nullable<Text>,
        answer -> Nullable<Text>,
    }
}

diesel::table! {
    /// What has happened, and by whom.
    audit (at, id) {
        at -> BigInt,
        id -> Text,
        actor -> Text,
        actor_key -> Nullable<Text>,
        actor_user -> Nullable<Text>,
        action -> Text,
        user_id -> Nullable<Text>,
        key_id -> Nullable<Text>,
        workspace_id -> Nullable<Text>,
        operation -> Text,
        request_id -> Nullable<Text>,
        reason -> Nullable<Text>,
        fields -> Text,
        repetition -> Nullable<Text>,
    }
}

diesel::joinable!(keys -> users (owner_id));
diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(outbox -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(keys, users, memberships);
diesel::allow_tables_to_appear_in_same_query!(outbox, users);
