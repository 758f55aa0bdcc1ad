//! What every store promises, as tests. Each takes a store that nothing was written to.
//!
//! ```ignore
//! fn fresh() -> Box<MyStore> { … }
//! users::store_contract!(fresh);
//! ```
//!
//! `fresh` gives anything that dereferences to a [`Store`], such as one that deletes its files when it is dropped.

// A test says what is wrong by a panic.
#![allow(clippy::expect_used, clippy::panic)]

pub mod audit;
pub mod belongings;
pub mod changes;
pub mod claims;
pub mod conflicts;
pub mod enrolments;
mod fixtures;
pub mod keys;
pub mod lists;
pub mod mail;
pub mod records;
pub mod search;
pub mod sessions;
pub mod totals;
pub mod transactions;
pub mod usage;

pub use fixtures::user;

use std::ops::Deref;

use crate::ports::Store;

/// Makes each part of the store contract a test of its own, on the stores that `$fresh`, a function, gives.
#[macro_export]
macro_rules! store_contract {
    ($fresh:path) => {
        $crate::store_contract!(@list test $fresh);
    };
    (@list $how:ident $fresh:path) => {
        $crate::store_contract! { @$how $fresh;
            records {
                every_field_of_a_user_comes_back
                absent_and_empty_stay_apart
                any_character_comes_back
                free_objects_come_back_to_the_letter
                times_keep_their_microseconds
                an_update_replaces_all_but_id_and_password
                what_is_not_there_is_not_found
                workspaces_come_back_by_time_of_creation
                facts_are_remembered_replaced_and_forgotten
            }
            conflicts {
                an_email_is_taken_once
                a_username_is_taken_once
                an_email_counts_before_a_username
                a_user_does_not_collide_with_itself
                a_name_is_free_again_after_a_change_or_a_deletion
                an_id_is_taken_once
                a_reference_leads_somewhere
            }
            enrolments {
                an_enrolment_brings_all_of_a_user
                who_collides_is_left_out_and_the_rest_is_added
                the_first_of_two_is_added
                more_than_a_statement_takes_are_added
                an_enrolment_leads_to_workspaces_that_are_there
            }
            transactions {
                an_error_leaves_nothing
                a_panic_leaves_nothing_and_reaches_its_caller
                a_panic_of_a_reader_reaches_it_alone
                a_transaction_sees_its_own_changes
                a_reader_sees_one_state
                a_reader_sees_what_was_answered
                no_change_is_lost_among_many_writers
                one_of_many_wins_a_name
            }
            lists {
                users_come_by_id_whatever_the_order_of_creation
                a_walk_by_key_visits_everyone_once
                a_walk_by_offset_visits_the_same
                a_page_begins_behind_an_id_that_is_gone
                a_page_beyond_the_end_is_empty
                a_page_of_nothing_is_empty
                a_scope_is_its_members
                a_scope_of_several_workspaces_has_each_user_once
                a_scope_of_no_workspace_is_empty
                a_role_filter_looks_at_the_role_shown
                a_count_agrees_with_a_walk
            }
            totals {
                totals_follow_users
                totals_follow_roles
                totals_follow_memberships
                totals_are_seen_inside_a_transaction
                what_is_undone_counts_for_nothing
                totals_hold_among_many_writers
            }
            search {
                each_searched_field_is_found
                signs_of_patterns_are_plain_text
                case_and_composition_do_not_matter
                no_match_spans_two_fields
                what_nobody_can_hold_matches_nothing
                search_follows_a_change
                search_role_and_scope_narrow_together
            }
            keys {
                every_field_of_a_key_comes_back
                keys_come_by_time_of_creation
                the_first_revocation_counts
                pin_and_plan_are_set_and_taken_away
            }
            sessions {
                credentials_are_found_by_either_name
                an_end_of_sessions_ends_those_of_the_user
                however_many_sessions_there_are_they_end
                a_session_that_many_end_at_once_is_told_once
                sessions_come_by_their_end
                ended_sessions_go_from_the_first_to_end_on
                arrivals_are_kept_replaced_and_forgotten
                old_arrivals_go_from_the_earliest_on
                what_was_tried_at_an_account_goes_with_it
                of_many_who_try_at_once_as_many_as_may_do
            }
            belongings {
                what_belongs_to_a_user_goes_with_it
                other_users_keep_what_is_theirs
                a_membership_is_there_once
                memberships_come_by_workspace
                a_user_is_found_with_its_workspaces
                a_user_is_found_with_a_key
                an_active_user_with_a_role_is_found
            }
            changes {
                a_change_is_told_of_whom_it_concerns
                what_did_not_change_holds
            }
            claims {
                every_field_of_a_claim_comes_back
                a_claim_takes_the_place_of_an_earlier_one
                a_claim_outlives_its_user_but_says_nothing_of_it
                a_claim_leads_to_a_user
                old_claims_go_from_the_oldest_on
                of_many_with_one_claim_one_has_its_effect
                a_conflict_leaves_no_claim
            }
            mail {
                every_field_of_a_message_comes_back
                messages_are_due_from_the_earliest_on
                a_message_is_changed_by_who_holds_it
                a_new_message_takes_the_place_of_earlier_ones
                every_field_of_a_token_comes_back
                tokens_go_with_the_user_or_for_a_purpose
                tokens_that_have_expired_go_from_the_earliest_on
                of_many_who_claim_each_message_goes_to_one
            }
            usage {
                calls_add_up
                clients_are_known_by_day
                keys_are_held_that_are_there
                old_days_are_forgotten_from_the_oldest_on
                no_call_is_lost_among_many_who_note
            }
            audit {
                every_field_of_an_event_comes_back
                events_come_by_time_and_by_user
                pages_of_events_join
                an_event_outlives_whom_it_concerns
                what_is_undone_has_not_happened
                a_refusal_is_noted_once_among_many
                old_events_are_forgotten_from_the_oldest_on
            }
        }
    };
    (@test $fresh:path; $($module:ident { $($name:ident)* })*) => {
        $($(
            #[test]
            fn $name() {
                $crate::testing::contract::$module::$name(&*$fresh());
            }
        )*)*
    };
    (@run $fresh:path; $($module:ident { $($name:ident)* })*) => {
        $($( $crate::testing::contract::$module::$name(&*$fresh()); )*)*
    };
}

/// Runs the whole contract, each part on a fresh store. Panics where the store breaks it.
pub fn run_all<S: Store, H: Deref<Target = S>>(fresh: impl Fn() -> H) {
    crate::store_contract!(@list run fresh);
}
