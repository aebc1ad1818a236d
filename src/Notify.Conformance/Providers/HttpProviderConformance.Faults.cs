using Notify.Providers;

namespace Notify.Conformance.Providers;

/// <summary>This part tests the outcome of each fault of the vendor or the network.</summary>
public abstract partial class HttpProviderConformance
{
    /// <summary>
    /// The usual lines of <see cref="Expected"/> for faults of the connection: a request that was never sent is repeated; one
    /// that was read may have been carried out.
    /// </summary>
    /// <param name="isProviderFailure">
    /// Whether a broken connection counts against the provider: true for a vendor, false where each recipient names a separate
    /// server, such as a webhook.
    /// </param>
    protected static IReadOnlyDictionary<VendorFault, ExpectedOutcome> ConnectionFaults(bool isProviderFailure)
    {
        var (lost, unsent) = (
            new ExpectedOutcome(OutcomeKind.AnswerLost, isProviderFailure),
            new ExpectedOutcome(OutcomeKind.Retry, isProviderFailure)
        );
        return new Dictionary<VendorFault, ExpectedOutcome>
        {
            [VendorFault.ConnectionReset] = lost,
            [VendorFault.ConnectionClosed] = lost,
            [VendorFault.NoAnswer] = new(OutcomeKind.AnswerLost),
            [VendorFault.ConnectionRefused] = unsent,
            [VendorFault.HandshakeRefused] = unsent,
            [VendorFault.HandshakeUnfinished] = unsent,
        };
    }

    [Fact]
    public Task Too_many_requests() => AssertFaultAsync(VendorFault.TooManyRequests, new VendorAnswer(429, "{}"));

    [Fact]
    public Task An_internal_error() => AssertFaultAsync(VendorFault.InternalError, new VendorAnswer(500, "{}"));

    [Fact]
    public Task Unavailable() =>
        AssertFaultAsync(VendorFault.Unavailable, new VendorAnswer(503, "<html>busy</html>", "text/html"));

    [Fact]
    public Task Refused_credentials() => AssertFaultAsync(VendorFault.Unauthorized, new VendorAnswer(401, "{}"));

    [Fact]
    public Task Not_found() => AssertFaultAsync(VendorFault.NotFound, new VendorAnswer(404, "{}"));

    [Fact]
    public Task Gone() => AssertFaultAsync(VendorFault.Gone, new VendorAnswer(410, "{}"));

    [Fact]
    public Task A_malformed_body() => AssertFaultAsync(VendorFault.MalformedBody, Acceptance with { Body = "\u0000}<{\"[" });

    [Fact]
    public Task A_connection_reset() =>
        AssertFaultAsync(VendorFault.ConnectionReset, Acceptance with { Delivery = VendorDelivery.Reset });

    [Fact]
    public Task A_connection_that_is_closed_after_the_request() =>
        AssertFaultAsync(VendorFault.ConnectionClosed, Acceptance with { Delivery = VendorDelivery.Closed });

    [Fact]
    public async Task No_answer()
    {
        _answer = Acceptance with { Delivery = VendorDelivery.Never };
        await AssertGivesUpAsync(VendorFault.NoAnswer, _vendor!.Asked);
    }

    [Fact]
    public Task A_refused_connection()
    {
        _unreachable = UnreachableVendor.RefuseConnections();
        return AssertFaultAsync(VendorFault.ConnectionRefused, Acceptance);
    }

    [Fact]
    public Task A_refused_handshake()
    {
        _unreachable = UnreachableVendor.RefuseHandshakes();
        return AssertFaultAsync(VendorFault.HandshakeRefused, Acceptance);
    }

    [Fact]
    public async Task An_unfinished_handshake()
    {
        _unreachable = UnreachableVendor.StallHandshakes();
        await AssertGivesUpAsync(VendorFault.HandshakeUnfinished, _unreachable.Reached);
    }

    [Fact]
    public Task A_truncated_body() =>
        AssertFaultAsync(VendorFault.TruncatedBody, Lengthen(Acceptance) with { Delivery = VendorDelivery.Truncated });

    [Fact]
    public Task A_slow_drip() => AssertFaultAsync(VendorFault.SlowDrip, Acceptance with { Delivery = VendorDelivery.Dripping });

    [Fact]
    public async Task A_bare_bad_request_prunes_nothing()
    {
        var outcome = await AssertFaultAsync(VendorFault.BadRequest, new VendorAnswer(400, "{}"));

        Assert.NotEqual(OutcomeKind.RecipientGone, outcome.Kind);
    }

    [Fact]
    public void Every_fault_has_an_expected_outcome() => Assert.Equal(Enum.GetValues<VendorFault>(), Expected.Keys.Order());

    private async Task<Outcome> AssertFaultAsync(VendorFault fault, VendorAnswer answer)
    {
        var provider = await GetProviderAsync();
        var delivery = Delivery(provider);
        _answer = answer;

        var outcome = await provider.SendAsync(delivery, Cancellation);

        Assert.Equal(Expected[fault], new ExpectedOutcome(outcome.Kind, outcome.IsProviderFailure, outcome.IsThrottled));
        AssertRevealsNothing(delivery, outcome);
        return outcome;
    }

    // Does what the engine does when an attempt times out: it cancels the attempt and uses the provider's outcome. If the
    // provider throws instead, the answer counts as lost.
    private async Task AssertGivesUpAsync(VendorFault fault, Task inFlight)
    {
        var provider = await GetProviderAsync();
        using var timeout = new CancellationTokenSource();
        var sending = provider.SendAsync(Delivery(provider), timeout.Token).AsTask();
        await inFlight.WaitAsync(CancellationTimeout, Cancellation);
        await timeout.CancelAsync();

        ExpectedOutcome actual;
        try
        {
            var outcome = await sending.WaitAsync(CancellationTimeout, Cancellation);
            actual = new ExpectedOutcome(outcome.Kind, outcome.IsProviderFailure, outcome.IsThrottled);
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            actual = new ExpectedOutcome(OutcomeKind.AnswerLost);
        }

        Assert.Equal(Expected[fault], actual);
    }
}
