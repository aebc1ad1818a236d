using Notify.Conformance.Storage;
using Notify.Storage;

namespace Notify.Conformance.Tests;

/// <summary>
/// Shows that the suites for queues can fail: each of these queues violates one requirement, and a test names it.
/// </summary>
public sealed class FaultyQueueTests
{
    private static readonly Dictionary<string, (Func<IDeliveryQueue, IDeliveryQueue> Fault, string Fact)> Faults = new()
    {
        ["ignores fences"] = (
            queue => new IgnoresFences(queue),
            nameof(DeliveryQueueConformance.A_late_settlement_of_a_lost_lease_changes_nothing)
        ),
        ["leases twice"] = (
            queue => new LeasesTwice(queue),
            nameof(DeliveryQueueConformance.Concurrent_workers_never_lease_the_same_delivery)
        ),
        ["ignores turns"] = (
            queue => new IgnoresTurns(queue),
            nameof(DeliveryQueueConformance.A_thousand_older_deliveries_of_one_tenant_do_not_delay_another_tenant)
        ),
        ["ignores limits of tenants"] = (
            queue => new IgnoresTenantLimits(queue),
            nameof(DeliveryQueueConformance.The_limit_of_a_tenant_is_not_exceeded)
        ),
        ["leases too early"] = (
            queue => new LeasesTooEarly(queue),
            nameof(DeliveryQueueConformance.Only_due_deliveries_are_leased)
        ),
        ["asks for the limit of one lane"] = (
            queue => new AsksForTheLimitOfOneLane(queue),
            nameof(DeliveryQueueConformance.A_tenants_limit_may_differ_by_lane)
        ),
        ["exceeds the slots"] = (
            queue => new ExceedsSlots(queue),
            nameof(DeliveryQueueConformance.Slots_apply_per_priority_and_provider)
        ),
        ["never ends leases"] = (
            queue => new NeverEndsLeases(queue),
            nameof(DeliveryQueueConformance.A_leased_delivery_is_due_again_at_the_end_of_its_lease_with_a_higher_fence)
        ),
        ["forgets keys"] = (
            queue => new ForgetsKeys(queue),
            nameof(DeliveryQueueConformance.Exactly_one_of_32_concurrent_requests_with_one_key_is_stored)
        ),
        ["sees no conflicts"] = (
            queue => new SeesNoConflicts(queue),
            nameof(DeliveryQueueConformance.The_same_key_with_another_body_is_a_conflict_with_the_first)
        ),
        ["stores in halves"] = (
            queue => new StoresInHalves(queue),
            nameof(DeliveryQueueConformance.A_request_that_is_cancelled_is_stored_completely_or_not_at_all)
        ),
        ["ignores collapse keys"] = (
            queue => new IgnoresCollapseKeys(queue),
            nameof(DeliveryQueueConformance.A_collapse_key_supersedes_a_waiting_delivery_to_the_same_address)
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
            nameof(DeliveryQueueConformance.Attempts_are_stored_in_order_with_every_field)
        ),
        ["claims whatever is there"] = (
            queue => new ClaimsWhateverIsThere(queue),
            nameof(DeliveryQueueConformance.A_wrong_fence_claims_nothing)
        ),
        ["renews nothing"] = (
            queue => new RenewsNothing(queue),
            nameof(DeliveryQueueConformance.A_renewed_lease_holds_until_its_new_end)
        ),
        ["renews by claiming"] = (
            queue => new RenewsByClaiming(queue),
            nameof(DeliveryQueueConformance.A_renewed_lease_is_settled_with_its_original_fence)
        ),
        ["cancels other tenants' notifications"] = (
            queue => new CancelsOtherTenants(queue),
            nameof(DeliveryQueueConformance.Only_a_tenants_own_notification_can_be_cancelled)
        ),
        ["cancels what is in flight"] = (
            queue => new CancelsWhatIsInFlight(queue),
            nameof(DeliveryQueueConformance.A_leased_delivery_continues_after_a_cancellation)
        ),
    };

    /// <summary>
    /// The faults that a random walk detects. The model has no collapse keys, fallbacks, tenant limits or interference between
    /// tenants.
    /// </summary>
    private static readonly string[] SeenOnWalks =
    [
        "ignores fences",
        "leases twice",
        "ignores turns",
        "leases too early",
        "exceeds the slots",
        "never ends leases",
        "forgets keys",
        "sees no conflicts",
        "stores in halves",
        "always says settled",
        "loses history",
        "claims whatever is there",
        "renews nothing",
        "renews by claiming",
        "cancels what is in flight",
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

    // The rest of the message contains ids, which are different in each run.
    private static string Walk(string failure) =>
        string.Join('\n', failure.Split('\n').Where(line => line.Contains("Enqueue(", StringComparison.Ordinal)));
}
