using Notify.Queueing;

namespace Notify.Conformance.Tests;

/// <summary>Shows that the queue's suites can fail: each of these queues breaks one promise, and a fact says which.</summary>
public sealed class FaultyQueueTests
{
    private static readonly Dictionary<string, (Func<IDeliveryQueue, IDeliveryQueue> Fault, string Fact)> Faults = new()
    {
        ["ignores fences"] = (
            queue => new IgnoresFences(queue),
            nameof(DeliveryQueueConformance.The_late_settlement_of_a_lost_lease_changes_nothing)
        ),
        ["leases twice"] = (
            queue => new LeasesTwice(queue),
            nameof(DeliveryQueueConformance.Workers_that_lease_at_the_same_time_never_get_the_same_delivery)
        ),
        ["ignores turns"] = (
            queue => new IgnoresTurns(queue),
            nameof(DeliveryQueueConformance.A_tenants_thousand_older_deliveries_do_not_delay_anothers_first)
        ),
        ["ignores allowances"] = (
            queue => new IgnoresAllowances(queue),
            nameof(DeliveryQueueConformance.A_tenants_allowance_is_kept)
        ),
        ["asks allowances for one quota"] = (
            queue => new AsksAllowancesForOneQuota(queue),
            nameof(DeliveryQueueConformance.A_tenants_allowance_may_differ_by_quota)
        ),
        ["leases too early"] = (queue => new LeasesTooEarly(queue), nameof(DeliveryQueueConformance.Only_what_is_due_is_leased)),
        ["ignores quotas"] = (
            queue => new IgnoresQuotas(queue),
            nameof(DeliveryQueueConformance.Quotas_are_kept_for_each_lane_and_provider)
        ),
        ["never ends leases"] = (
            queue => new NeverEndsLeases(queue),
            nameof(DeliveryQueueConformance.What_is_leased_falls_due_again_at_the_leases_end_with_a_higher_fence)
        ),
        ["forgets keys"] = (
            queue => new ForgetsKeys(queue),
            nameof(DeliveryQueueConformance.Of_32_requests_with_one_key_at_the_same_time_exactly_one_is_stored)
        ),
        ["sees no conflicts"] = (
            queue => new SeesNoConflicts(queue),
            nameof(DeliveryQueueConformance.The_same_key_with_another_body_is_a_conflict_with_the_first)
        ),
        ["stores in halves"] = (
            queue => new StoresInHalves(queue),
            nameof(DeliveryQueueConformance.A_request_is_stored_wholly_or_not_at_all_when_it_is_cancelled_midway)
        ),
        ["ignores collapse keys"] = (
            queue => new IgnoresCollapseKeys(queue),
            nameof(DeliveryQueueConformance.A_collapse_key_supersedes_what_waits_for_the_same_address)
        ),
        ["forgets fallbacks"] = (
            queue => new ForgetsFallbacks(queue),
            nameof(DeliveryQueueConformance.A_dead_letter_makes_the_next_step_due)
        ),
        ["always says settled"] = (
            queue => new AlwaysSaysSettled(queue),
            nameof(DeliveryQueueConformance.A_settlement_is_applied_once)
        ),
        ["loses history"] = (
            queue => new LosesHistory(queue),
            nameof(DeliveryQueueConformance.Attempts_are_kept_in_order_with_every_field)
        ),
        ["claims whatever is there"] = (
            queue => new ClaimsWhateverIsThere(queue),
            nameof(DeliveryQueueConformance.A_wrong_fence_claims_nothing)
        ),
        ["renews nothing"] = (
            queue => new RenewsNothing(queue),
            nameof(DeliveryQueueConformance.A_renewed_lease_keeps_its_delivery_from_others_until_its_new_end)
        ),
        ["renews by claiming"] = (
            queue => new RenewsByClaiming(queue),
            nameof(DeliveryQueueConformance.A_renewed_lease_is_settled_under_its_first_fence)
        ),
        ["cancels other tenants' notifications"] = (
            queue => new CancelsOtherTenants(queue),
            nameof(DeliveryQueueConformance.Only_a_tenants_own_notification_can_be_cancelled)
        ),
        ["cancels what is under way"] = (
            queue => new CancelsWhatIsUnderWay(queue),
            nameof(DeliveryQueueConformance.What_is_under_way_at_a_cancellation_goes_on)
        ),
    };

    /// <summary>What a walk meets; the model knows no collapse keys, fallbacks, allowances or tenants that meddle.</summary>
    private static readonly string[] SeenOnWalks =
    [
        "ignores fences",
        "leases twice",
        "ignores turns",
        "leases too early",
        "ignores quotas",
        "never ends leases",
        "forgets keys",
        "sees no conflicts",
        "stores in halves",
        "always says settled",
        "loses history",
        "claims whatever is there",
        "renews nothing",
        "renews by claiming",
        "cancels what is under way",
    ];

    private static readonly (ulong Seed, ulong Gamma) Seed = (20_301_122, 7);

    public static TheoryData<string> AllFaults => [.. Faults.Keys];

    public static TheoryData<string> FaultsSeenOnWalks => [.. SeenOnWalks];

    [Fact]
    public async Task A_right_queue_keeps_every_promise() =>
        Assert.Empty(await SuiteRun.FailuresAsync(() => new QueueSuite<IDeliveryQueue>(queue => queue)));

    [Theory]
    [MemberData(nameof(AllFaults))]
    public async Task A_queue_that_breaks_a_promise_fails_the_fact_about_it(string fault)
    {
        var failures = await SuiteRun.FailuresAsync(() => new QueueSuite<IDeliveryQueue>(Faults[fault].Fault));

        Assert.Contains(Faults[fault].Fact, failures.Keys);
    }

    [Theory]
    [MemberData(nameof(FaultsSeenOnWalks))]
    public async Task A_queue_that_breaks_a_promise_parts_from_its_model(string fault) =>
        Assert.Single(await SuiteRun.FailuresAsync(() => new ModelSuite<IDeliveryQueue>(Faults[fault].Fault, Seed)));

    [Fact]
    public async Task A_right_queue_agrees_with_its_model() =>
        Assert.Empty(await SuiteRun.FailuresAsync(() => new ModelSuite<IDeliveryQueue>(queue => queue, Seed)));

    [Fact]
    public async Task A_walk_that_failed_can_be_taken_again_by_its_seed()
    {
        var (fault, _) = Faults["ignores fences"];

        var first = await FailureAsync(fault);

        Assert.Contains($"({Seed.Seed},{Seed.Gamma})", first, StringComparison.Ordinal);
        Assert.Contains("Settle", Walk(first), StringComparison.Ordinal);
        Assert.Equal(Walk(first), Walk(await FailureAsync(fault)));
    }

    private static async Task<string> FailureAsync(Func<IDeliveryQueue, IDeliveryQueue> fault) =>
        (await SuiteRun.FailuresAsync(() => new ModelSuite<IDeliveryQueue>(fault, Seed))).Values.Single();

    // The ids in the rest of the message are new each time.
    private static string Walk(string failure) =>
        string.Join('\n', failure.Split('\n').Where(line => line.Contains("Enqueue(", StringComparison.Ordinal)));
}
