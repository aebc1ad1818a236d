using System.Globalization;
using System.Text.Json;
using Notify.Delivering;

namespace Notify.Conformance;

/// <summary>
/// What every provider that speaks HTTP promises when its vendor, or the way to it, fails. The suite brings the vendor along:
/// <code>
/// public sealed class FaxConformance : HttpProviderConformance
/// {
///     protected override VendorAnswer Acceptance => new(202, """{"id":"fax-1"}""");
///
///     protected override IReadOnlyDictionary&lt;VendorFault, ExpectedOutcome&gt; Expected { get; } =
///         new Dictionary&lt;VendorFault, ExpectedOutcome&gt;
///         {
///             [VendorFault.TooManyRequests] = new(OutcomeKind.Retry, IsThrottled: true),
///             ...
///         };
///
///     protected override ValueTask&lt;IDeliveryProvider&gt; CreateAsync(Uri vendor) => new(new FaxProvider("fax", vendor));
/// }
/// </code>
/// </summary>
public abstract class HttpProviderConformance : ProviderConformance
{
    private const int RetryAfterSeconds = 77;

    private VendorServer? _vendor;
    private UnreachableVendor? _unreachable;
    private IDeliveryProvider? _provider;
    private volatile VendorAnswer? _answer;

    /// <summary>Where the vendor is during a fact. A webhook's address begins with it.</summary>
    protected Uri VendorAddress =>
        _unreachable?.Address
        ?? _vendor?.Address
        ?? throw new InvalidOperationException("The vendor runs from before each fact until after it.");

    /// <summary>
    /// Where the vendor answers what is not the sending itself, such as requests for access tokens: also in facts in which it
    /// cannot be reached for the sending.
    /// </summary>
    protected Uri AsideAddress =>
        _vendor?.Address ?? throw new InvalidOperationException("The vendor runs from before each fact until after it.");

    /// <summary>How the vendor says that it took a message over.</summary>
    protected abstract VendorAnswer Acceptance { get; }

    /// <summary>How the vendor says that it will never take this message. Default: a bare 400.</summary>
    protected virtual VendorAnswer Rejection => new(400, "{}");

    /// <summary>What each fault should come to. Every fault needs its line: none is left to chance.</summary>
    protected abstract IReadOnlyDictionary<VendorFault, ExpectedOutcome> Expected { get; }

    /// <summary>
    /// The usual lines of <see cref="Expected"/> for faults of the connection: a request that never left is repeated, one that
    /// was read may have been carried out.
    /// </summary>
    /// <param name="isProviderFailure">
    /// Whether a broken connection counts against the provider: true for a vendor, false where each recipient names a server of
    /// its own, such as a webhook.
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

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _vendor = new VendorServer((path, body) => AnswerAside(path, body) ?? _answer ?? Acceptance);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_provider is IDisposable disposable)
            disposable.Dispose();
        if (_vendor is not null)
            await _vendor.DisposeAsync();
        if (_unreachable is not null)
            await _unreachable.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_request_names_its_user_agent()
    {
        await SendAsync(Acceptance);

        Assert.False(string.IsNullOrWhiteSpace(_vendor!.UserAgent), "Vendors want to know who calls.");
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
        _unreachable = UnreachableVendor.RefusingConnections();
        return AssertFaultAsync(VendorFault.ConnectionRefused, Acceptance);
    }

    [Fact]
    public Task A_refused_handshake()
    {
        _unreachable = UnreachableVendor.RefusingHandshakes();
        return AssertFaultAsync(VendorFault.HandshakeRefused, Acceptance);
    }

    [Fact]
    public async Task An_unfinished_handshake()
    {
        _unreachable = UnreachableVendor.NeverFinishingHandshakes();
        await AssertGivesUpAsync(VendorFault.HandshakeUnfinished, _unreachable.Reached);
    }

    [Fact]
    public Task A_truncated_body() =>
        AssertFaultAsync(VendorFault.TruncatedBody, Long(Acceptance) with { Delivery = VendorDelivery.Truncated });

    [Fact]
    public Task A_slow_drip() => AssertFaultAsync(VendorFault.SlowDrip, Acceptance with { Delivery = VendorDelivery.Dripping });

    [Fact]
    public async Task A_bare_bad_request_prunes_nothing()
    {
        var outcome = await AssertFaultAsync(VendorFault.BadRequest, new VendorAnswer(400, "{}"));

        Assert.NotEqual(OutcomeKind.RecipientGone, outcome.Kind);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_after_in_seconds_is_passed_on(int status)
    {
        var outcome = await SendAsync(RetryAfter(status, RetryAfterSeconds.ToString(CultureInfo.InvariantCulture)));

        Assert.Equal((OutcomeKind.Retry, TimeSpan.FromSeconds(RetryAfterSeconds)), (outcome.Kind, outcome.RetryAfter));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_after_as_a_date_is_passed_on(int status)
    {
        // RFC 9110, 10.2.3: an HTTP date has whole seconds.
        var until = TimeProvider.System.GetUtcNow().AddHours(1);

        var outcome = await SendAsync(RetryAfter(status, until.ToString("R", CultureInfo.InvariantCulture)));

        Assert.Equal(OutcomeKind.Retry, outcome.Kind);
        Assert.InRange(outcome.RetryAfter ?? TimeSpan.Zero, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    public async Task A_retry_after_that_makes_no_sense_is_never_negative(string value)
    {
        var outcome = await SendAsync(RetryAfter(429, value));

        Assert.Equal(OutcomeKind.Retry, outcome.Kind);
        Assert.True(outcome.RetryAfter is null || outcome.RetryAfter >= TimeSpan.Zero, $"RetryAfter is {outcome.RetryAfter}.");
    }

    [Theory]
    [InlineData(VendorDelivery.Never)]
    [InlineData(VendorDelivery.Stalling)]
    public async Task An_answer_that_never_ends_does_not_outlive_the_attempts_timeout(VendorDelivery delivery)
    {
        _answer = Long(Acceptance) with { Delivery = delivery };
        var provider = await ProviderAsync();
        using var timeout = new CancellationTokenSource();

        var sending = provider.SendAsync(Delivery(provider), timeout.Token).AsTask();
        await UnderWayAsync();
        await timeout.CancelAsync();

        // A provider to whom the status says all may have its outcome by now; what it may not is wait on.
        await Task.WhenAny(sending).WaitAsync(Patience, Cancellation);
        Assert.False(sending.IsFaulted, sending.Exception?.ToString());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task A_reason_does_not_repeat_what_the_vendor_quotes(int status)
    {
        var provider = await ProviderAsync();
        var delivery = Delivery(provider);
        _answer = Quote(status, $"cannot send '{delivery.Content.Body}' to {delivery.To.Value} titled {delivery.Content.Title}");

        AssertKeepsSecret(delivery, await provider.SendAsync(delivery, Cancellation));
    }

    [Fact]
    public async Task A_provider_recovers_with_its_vendor()
    {
        foreach (
            var fault in new[]
            {
                new VendorAnswer(500, "{}"),
                Acceptance with
                {
                    Delivery = VendorDelivery.Reset,
                },
                new VendorAnswer(429, "{}"),
            }
        )
        {
            Assert.Contains((await SendAsync(fault)).Kind, new[] { OutcomeKind.Retry, OutcomeKind.AnswerLost });
            Assert.Equal(OutcomeKind.Accepted, (await SendAsync(Acceptance)).Kind);
        }
    }

    [Fact]
    public void Every_fault_has_an_expected_outcome() => Assert.Equal(Enum.GetValues<VendorFault>(), Expected.Keys.Order());

    /// <summary>The provider, which is to call the vendor at this address. Called once for each fact.</summary>
    protected abstract ValueTask<IDeliveryProvider> CreateAsync(Uri vendor);

    /// <summary>
    /// Answers requests that are not the sending itself, such as those for access tokens; null for the sending.
    /// </summary>
    protected virtual VendorAnswer? AnswerAside(string path, string body) => null;

    /// <summary>
    /// An error in which the vendor quotes the request, in the form it documents. Default: JSON with the usual fields.
    /// </summary>
    protected virtual VendorAnswer Quote(int status, string text) =>
        new(
            status,
            JsonSerializer.Serialize(
                new
                {
                    message = text,
                    reason = text,
                    detail = text,
                    error = new
                    {
                        message = text,
                        status = text,
                        code = status,
                    },
                }
            )
        );

    /// <inheritdoc/>
    protected sealed override async ValueTask<IDeliveryProvider> CreateAsync(VendorBehavior behavior)
    {
        _answer = behavior switch
        {
            VendorBehavior.Rejects => Rejection,
            VendorBehavior.Hangs => Acceptance with { Delivery = VendorDelivery.Never },
            _ => Acceptance,
        };
        return await ProviderAsync();
    }

    /// <inheritdoc/>
    protected sealed override Task UnderWayAsync() => _vendor!.Asked.WaitAsync(Patience, Cancellation);

    private static VendorAnswer RetryAfter(int status, string value) =>
        new(status, "{}") { Headers = new Dictionary<string, string> { ["Retry-After"] = value } };

    // Short answers arrive with their head; this one cannot.
    private static VendorAnswer Long(VendorAnswer answer) => answer with { Body = answer.Body + new string(' ', 100_000) };

    private async Task<Outcome> AssertFaultAsync(VendorFault fault, VendorAnswer answer)
    {
        var provider = await ProviderAsync();
        var delivery = Delivery(provider);
        _answer = answer;

        var outcome = await provider.SendAsync(delivery, Cancellation);

        Assert.Equal(Expected[fault], new ExpectedOutcome(outcome.Kind, outcome.IsProviderFailure, outcome.IsThrottled));
        AssertKeepsSecret(delivery, outcome);
        return outcome;
    }

    // As the engine does: the attempt's time is over, and the provider's outcome counts, or else its silence.
    private async Task AssertGivesUpAsync(VendorFault fault, Task underWay)
    {
        var provider = await ProviderAsync();
        using var timeout = new CancellationTokenSource();
        var sending = provider.SendAsync(Delivery(provider), timeout.Token).AsTask();
        await underWay.WaitAsync(Patience, Cancellation);
        await timeout.CancelAsync();

        ExpectedOutcome actual;
        try
        {
            var outcome = await sending.WaitAsync(Patience, Cancellation);
            actual = new ExpectedOutcome(outcome.Kind, outcome.IsProviderFailure, outcome.IsThrottled);
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            actual = new ExpectedOutcome(OutcomeKind.AnswerLost);
        }

        Assert.Equal(Expected[fault], actual);
    }

    private async Task<Outcome> SendAsync(VendorAnswer answer)
    {
        _answer = answer;
        var provider = await ProviderAsync();
        return await provider.SendAsync(Delivery(provider), Cancellation);
    }

    private async Task<IDeliveryProvider> ProviderAsync() => _provider ??= await CreateAsync(VendorAddress);
}
