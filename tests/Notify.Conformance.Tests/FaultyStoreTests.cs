using Notify.Conformance.Storage;
using Notify.Storage;

namespace Notify.Conformance.Tests;

/// <summary>
/// Shows that the other suites for stores can fail: each of these stores violates one requirement, and a test names it.
/// </summary>
public sealed class FaultyStoreTests
{
    private static readonly Dictionary<string, (Func<IAsyncLifetime> Suite, string Fact)> Faults = new()
    {
        ["forgets preferences"] = (
            Store<IUserStore>(users => new ForgetsPreferences(users)),
            nameof(StoreConformance.A_profile_sync_leaves_every_preference_in_place)
        ),
        ["loses updates"] = (
            Store<IUserStore>(users => new LosesUpdates(users)),
            nameof(StoreConformance.None_of_32_concurrent_changes_is_lost)
        ),
        ["changes conditionally without a lock"] = (
            Store<IUserStore>(users => new LosesUpdates(users)),
            nameof(StoreConformance.Of_concurrent_changes_with_the_same_condition_exactly_one_is_made)
        ),
        ["keeps every token"] = (
            Store<ISharedTokenStore>(tokens => new KeepsEveryToken(tokens)),
            nameof(StoreConformance.A_token_that_is_not_stale_is_kept_and_returned)
        ),
        ["prunes what is registered anew"] = (
            Store<IDeviceStore>(devices => new PrunesWhatIsRegisteredAnew(devices)),
            nameof(StoreConformance.A_token_that_was_registered_after_its_reported_death_is_not_pruned)
        ),
        ["lists in reverse"] = (
            Store<ITopicStore>(topics => new ListsInReverse(topics)),
            nameof(StoreConformance.Subscribers_are_listed_page_by_page_in_ordinal_order)
        ),
        ["knows one version"] = (
            Store<ITemplateStore>(templates => new KnowsOneVersion(templates)),
            nameof(StoreConformance.Versions_are_numbered_and_kept)
        ),
        ["keeps every version"] = (
            Store<ITemplateStore>(templates => new KeepsEveryVersion(templates)),
            nameof(StoreConformance.Only_the_newest_versions_are_kept)
        ),
        ["protects no version"] = (
            Store<ITemplateStore>(templates => new ProtectsNoVersion(templates)),
            nameof(StoreConformance.A_version_that_is_in_use_is_kept_until_its_time)
        ),
        ["deletes templates only in name"] = (
            Store<ITemplateStore>(templates => new DeletesOnlyInName(templates)),
            nameof(StoreConformance.A_deleted_template_is_removed_with_all_its_versions)
        ),
        ["replays without limit"] = (
            Store<IDeadLetterStore>(letters => new ReplaysWithoutLimit(letters)),
            nameof(StoreConformance.A_replay_stops_at_its_limit_and_can_be_repeated)
        ),
        ["skips what ended together"] = (
            Store<IDeadLetterStore>(letters => new SkipsWhatEndedTogether(letters)),
            nameof(StoreConformance.Dead_letters_are_listed_page_by_page_newest_first)
        ),
        ["ignores reasons"] = (
            Store<IDeadLetterStore>(letters => new IgnoresReasons(letters)),
            nameof(StoreConformance.All_conditions_of_a_filter_must_match)
        ),
        ["never loses expansions"] = (
            Store<IExpansionStore>(expansions => new NeverLosesExpansions(expansions)),
            nameof(StoreConformance.A_lost_lease_stores_nothing)
        ),
        ["forgets what came meanwhile"] = (
            Store<IDigestStore>(digests => new ForgetsWhatCameMeanwhile(digests)),
            nameof(StoreConformance.Events_that_arrive_while_a_digest_is_closed_wait_for_the_next_digest)
        ),
        ["serves one tenant"] = (
            Store<IDigestStore>(digests => new ServesOneTenant(digests)),
            nameof(StoreConformance.Tenants_take_turns_when_digests_are_leased)
        ),
        ["sums up what was cancelled"] = (
            Store<IDigestStore>(digests => new SumsUpWhatWasCancelled(digests)),
            nameof(StoreConformance.An_event_that_is_cancelled_during_a_lease_is_not_summarized)
        ),
        ["counts refusals"] = (
            Store<IThrottleStore>(throttles => new CountsRefusals(throttles)),
            nameof(StoreConformance.A_refused_permit_does_not_count)
        ),
        ["counts twice"] = (
            Store<IAnalyticsStore>(counts => new CountsTwice(counts)),
            nameof(StoreConformance.Counts_with_the_same_names_are_added)
        ),
        ["counts before it checks"] = (
            Store<IAnalyticsStore>(counts => new CountsBeforeItChecks(counts)),
            nameof(StoreConformance.Counts_of_a_source_are_added_once)
        ),
        ["moves counts too early"] = (
            Store<IAnalyticsStore>(counts => new CountsBeforeItChecks(counts)),
            nameof(StoreConformance.Old_counts_are_moved_to_longer_periods)
        ),
        ["knows every delivery"] = (
            Queue<IReceiptStore>(receipts => new KnowsEveryDelivery(receipts)),
            nameof(DeliveryQueueConformance.A_receipt_for_an_unknown_delivery_or_one_of_another_tenant_is_refused)
        ),
        ["ignores the ids of events"] = (
            Queue<IReceiptStore>(receipts => new IgnoresEventIds(receipts)),
            nameof(DeliveryQueueConformance.A_receipt_that_is_reported_again_is_stored_once)
        ),
        ["ignores the conditions of steps"] = (
            Queue<IReceiptStore>(receipts => new IgnoresConditions(receipts)),
            nameof(DeliveryQueueConformance.A_receipt_cancels_only_the_steps_whose_conditions_it_meets)
        ),
        ["takes bounces for deliveries"] = (
            Queue<IReceiptStore>(receipts => new TakesBouncesForDeliveries(receipts)),
            nameof(DeliveryQueueConformance.A_bounce_makes_the_next_step_due)
        ),
        ["purges a day too much"] = (
            Retention<IRetentionStore>(retention => new PurgesADayTooMuch(retention)),
            nameof(RetentionConformance.A_notification_accepted_at_the_given_time_or_later_is_kept)
        ),
        ["forgets"] = (() => new DurabilitySuite(), nameof(DurabilityConformance.Deliveries_and_their_history_survive_reopening)),
    };

    public static TheoryData<string> AllFaults => [.. Faults.Keys];

    [Fact]
    public async Task A_right_store_keeps_every_promise() =>
        Assert.Empty(await SuiteRun.FailuresAsync(Store<IUserStore>(users => users)));

    [Theory]
    [MemberData(nameof(AllFaults))]
    public async Task A_store_that_breaks_a_promise_fails_the_fact_about_it(string fault) =>
        Assert.Contains(Faults[fault].Fact, (await SuiteRun.FailuresAsync(Faults[fault].Suite)).Keys);

    [Fact]
    public async Task A_store_that_forgets_fails_every_fact_about_reopening() =>
        Assert.Equal(
            typeof(DurabilityConformance).GetMethods().Count(method => method.IsDefined(typeof(FactAttribute), false)),
            (await SuiteRun.FailuresAsync(() => new DurabilitySuite())).Count
        );

    private static Func<IAsyncLifetime> Store<TService>(Func<TService, TService> fault)
        where TService : class => () => new StoreSuite<TService>(fault);

    private static Func<IAsyncLifetime> Queue<TService>(Func<TService, TService> fault)
        where TService : class => () => new QueueSuite<TService>(fault);

    private static Func<IAsyncLifetime> Retention<TService>(Func<TService, TService> fault)
        where TService : class => () => new RetentionSuite<TService>(fault);
}
