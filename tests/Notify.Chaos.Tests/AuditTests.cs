using Notify.Load.Chaos;
using Notify.Load.Hosts;
using Notify.Providers;

namespace Notify.Chaos.Tests;

/// <summary>An audit that cannot fail proves nothing, so this is what it fails for.</summary>
public sealed class AuditTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly Guid _id = Guid.CreateVersion7();
    private readonly Audit _audit = new();

    [Fact]
    public void What_was_acknowledged_and_never_accepted_is_lost()
    {
        Finish([_id, Guid.CreateVersion7()], [Call(0)], Attempt(0));

        Assert.Equal((1, 1), (_audit.Delivered, _audit.Lost));
    }

    [Fact]
    public void A_repetition_of_what_was_in_flight_at_a_kill_is_explained_once()
    {
        Kill([Call(0)]);
        Finish([_id], [Call(0), Call(10), Call(20)], Attempt(20));

        Assert.Equal((1, 2, 1), (_audit.InFlight, _audit.Duplicates, _audit.Unexplained));
    }

    [Fact]
    public void An_attempt_whose_outcome_was_durable_at_the_kill_was_not_in_flight()
    {
        Kill([Call(0)], Attempt(0));
        Finish([_id], [Call(0), Call(10)], Attempt(0), Attempt(10));

        Assert.Equal((0, 1, 1), (_audit.InFlight, _audit.Duplicates, _audit.Unexplained));
    }

    /// <summary>
    /// The killed process had made one attempt and the database had one outcome, but that was the outcome of another process. The
    /// audit once compared only the numbers.
    /// </summary>
    [Fact]
    public void An_attempt_was_in_flight_even_if_another_process_had_an_outcome_before()
    {
        Kill([Call(10)], Attempt(0, OutcomeKind.Retry));
        Finish([_id], [Call(10), Call(20)], Attempt(0, OutcomeKind.Retry), Attempt(20));

        Assert.Equal((1, 1, 0), (_audit.InFlight, _audit.Duplicates, _audit.Unexplained));
    }

    [Fact]
    public void A_lease_explains_one_call_of_its_process()
    {
        Kill([Call(0), Call(10)]);
        Finish([_id], [Call(0), Call(10), Call(20)], Attempt(20));

        Assert.Equal((1, 2, 1), (_audit.InFlight, _audit.Duplicates, _audit.Unexplained));
    }

    [Fact]
    public void What_the_killed_process_did_not_hold_was_not_in_flight()
    {
        _audit.AddKill([Entry(VendorAct.Began, Call(0))], new Dictionary<Guid, IReadOnlyList<Attempt>>());

        Assert.Equal(0, _audit.InFlight);
    }

    [Fact]
    public void An_attempt_in_flight_whose_outcome_was_written_later_explains_nothing()
    {
        Kill([Call(0)]);
        Finish([_id], [Call(0), Call(10)], Attempt(0));

        Assert.Equal((1, 1, 1), (_audit.InFlight, _audit.Duplicates, _audit.Unexplained));
    }

    [Fact]
    public void A_message_that_ended_as_sent_twice_is_a_duplicate_without_excuse()
    {
        Kill([Call(0)]);
        Finish([_id], [Call(0), Call(10)], Attempt(0), Attempt(10));

        Assert.Equal((1, 1, 1), (_audit.InFlight, _audit.Duplicates, _audit.Unexplained));
    }

    [Theory]
    [InlineData(OutcomeKind.AnswerLost, 0)]
    [InlineData(OutcomeKind.Retry, 1)]
    public void A_recorded_outcome_explains_a_repetition_only_if_the_answer_was_lost(OutcomeKind outcome, int unexplained)
    {
        Finish([_id], [Call(0), Call(10)], Attempt(0, outcome), Attempt(10));

        Assert.Equal((1, unexplained), (_audit.Duplicates, _audit.Unexplained));
        Assert.Equal(unexplained == 0, _audit.Findings.Length == 0);
    }

    [Fact]
    public void A_delivery_that_nobody_was_told_of_is_a_duplicate_without_excuse()
    {
        Finish([], [Call(0)], Attempt(0));

        Assert.Equal((1, 1), (_audit.Duplicates, _audit.Unexplained));
    }

    private void Kill(IEnumerable<RecordedCall> begun, params Attempt[] stored) =>
        _audit.AddKill(begun.Select(call => Entry(VendorAct.Began, call)), Histories(stored));

    private void Finish(IEnumerable<Guid> acknowledged, IEnumerable<RecordedCall> accepted, params Attempt[] stored) =>
        _audit.Finish(acknowledged, accepted.Select(call => Entry(VendorAct.Accepted, call)), Histories(stored));

    private Dictionary<Guid, IReadOnlyList<Attempt>> Histories(Attempt[] attempts) => new() { [_id] = attempts };

    private RecordedCall Call(int second) => new(_id, _id, Start.AddSeconds(second));

    private static VendorEntry Entry(VendorAct act, RecordedCall call) => new(act, call);

    /// <summary>An attempt during which the vendor was called at a second.</summary>
    private static Attempt Attempt(int second, OutcomeKind outcome = OutcomeKind.Sent) =>
        new()
        {
            Provider = "vendor",
            StartedAt = Start.AddSeconds(second).AddMilliseconds(-1),
            Duration = TimeSpan.FromMilliseconds(5),
            Outcome = outcome,
        };
}
