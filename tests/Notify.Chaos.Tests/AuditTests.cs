using Notify.Load.Chaos;
using Notify.Load.Hosts;

namespace Notify.Chaos.Tests;

/// <summary>An audit that cannot fail proves nothing, so this is what it fails for.</summary>
public sealed class AuditTests
{
    private readonly Guid _id = Guid.CreateVersion7();
    private readonly Audit _audit = new();

    [Fact]
    public void What_was_acknowledged_and_never_accepted_is_lost()
    {
        _audit.Finish([_id, Guid.CreateVersion7()], [Began(_id), Accepted(_id)]);

        Assert.Equal((1, 1), (_audit.Delivered, _audit.Lost));
    }

    [Fact]
    public void A_repetition_of_what_was_in_flight_at_a_kill_is_explained_once()
    {
        _audit.AddKill([Began(_id), Accepted(_id)], new Dictionary<Guid, int> { [_id] = 0 });
        _audit.Finish([_id], [Accepted(_id), Accepted(_id), Accepted(_id)]);

        Assert.Equal((1, 2, 1), (_audit.InFlight, _audit.Duplicates, _audit.Unexplained));
    }

    [Fact]
    public void An_attempt_whose_outcome_was_durable_at_the_kill_was_not_in_flight()
    {
        _audit.AddKill([Began(_id), Accepted(_id)], new Dictionary<Guid, int> { [_id] = 1 });
        _audit.Finish([_id], [Accepted(_id), Accepted(_id)]);

        Assert.Equal((0, 1, 1), (_audit.InFlight, _audit.Duplicates, _audit.Unexplained));
    }

    [Fact]
    public void What_the_killed_process_did_not_hold_was_not_in_flight()
    {
        _audit.AddKill([Began(_id)], new Dictionary<Guid, int>());

        Assert.Equal(0, _audit.InFlight);
    }

    [Fact]
    public void A_delivery_that_nobody_was_told_of_is_a_duplicate_without_excuse()
    {
        _audit.Finish([], [Accepted(_id)]);

        Assert.Equal((1, 1), (_audit.Duplicates, _audit.Unexplained));
    }

    private static VendorEntry Began(Guid id) => new(VendorAct.Began, id, id);

    private static VendorEntry Accepted(Guid id) => new(VendorAct.Accepted, id, id);
}
