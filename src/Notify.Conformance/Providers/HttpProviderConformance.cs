using System.Globalization;
using System.Text.Json;
using Notify.Providers;

namespace Notify.Conformance.Providers;

/// <summary>
/// The tests that every provider that uses HTTP must pass when its vendor, or the network, fails. The suite includes the vendor:
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

    /// <summary>Gets the address of the vendor during a test. The address of a webhook begins with it.</summary>
    protected Uri VendorAddress =>
        _unreachable?.Address
        ?? _vendor?.Address
        ?? throw new InvalidOperationException("The vendor is available only while a test is running.");

    /// <summary>
    /// Gets the address for auxiliary requests, such as requests for access tokens. It is reachable even in tests in which
    /// sending fails to reach the vendor.
    /// </summary>
    protected Uri AuxiliaryAddress =>
        _vendor?.Address ?? throw new InvalidOperationException("The vendor is available only while a test is running.");

    /// <summary>Gets the answer with which the vendor accepts a message.</summary>
    protected abstract VendorAnswer Acceptance { get; }

    /// <summary>
    /// Gets the answer with which the vendor permanently refuses a message. The default is a 400 without details.
    /// </summary>
    protected virtual VendorAnswer Rejection => new(400, "{}");

    /// <summary>Gets the expected outcome of each fault. Every fault must have an entry.</summary>
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
        _vendor = new VendorServer((path, body) => AnswerAuxiliary(path, body) ?? _answer ?? Acceptance);
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
    public async Task A_request_has_a_user_agent()
    {
        await SendAsync(Acceptance);

        Assert.False(string.IsNullOrWhiteSpace(_vendor!.UserAgent), "The request has no User-Agent header.");
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

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_After_in_seconds_is_honored(int status)
    {
        var outcome = await SendAsync(CreateRetryAfter(status, RetryAfterSeconds.ToString(CultureInfo.InvariantCulture)));

        Assert.Equal((OutcomeKind.Retry, TimeSpan.FromSeconds(RetryAfterSeconds)), (outcome.Kind, outcome.RetryAfter));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_After_as_a_date_is_honored(int status)
    {
        // An HTTP date has whole seconds (RFC 9110, section 10.2.3).
        var until = TimeProvider.System.GetUtcNow().AddHours(1);

        var outcome = await SendAsync(CreateRetryAfter(status, until.ToString("R", CultureInfo.InvariantCulture)));

        Assert.Equal(OutcomeKind.Retry, outcome.Kind);
        Assert.InRange(outcome.RetryAfter ?? TimeSpan.Zero, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    public async Task An_invalid_Retry_After_is_never_negative(string value)
    {
        var outcome = await SendAsync(CreateRetryAfter(429, value));

        Assert.Equal(OutcomeKind.Retry, outcome.Kind);
        Assert.True(outcome.RetryAfter is null || outcome.RetryAfter >= TimeSpan.Zero, $"RetryAfter is {outcome.RetryAfter}.");
    }

    [Theory]
    [InlineData(VendorDelivery.Never)]
    [InlineData(VendorDelivery.Stalling)]
    public async Task An_answer_that_never_ends_is_abandoned_at_the_timeout(VendorDelivery delivery)
    {
        _answer = Lengthen(Acceptance) with { Delivery = delivery };
        var provider = await GetProviderAsync();
        using var timeout = new CancellationTokenSource();

        var sending = provider.SendAsync(Delivery(provider), timeout.Token).AsTask();
        await WaitUntilCalledAsync();
        await timeout.CancelAsync();

        // A provider that needs only the status may already have an outcome. It must not keep waiting for the rest of the answer.
        await Task.WhenAny(sending).WaitAsync(CancellationTimeout, Cancellation);
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
        var provider = await GetProviderAsync();
        var delivery = Delivery(provider);
        _answer = Quote(status, $"cannot send '{delivery.Content.Body}' to {delivery.To.Value} titled {delivery.Content.Title}");

        AssertRevealsNothing(delivery, await provider.SendAsync(delivery, Cancellation));
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
            Assert.Equal(OutcomeKind.Sent, (await SendAsync(Acceptance)).Kind);
        }
    }

    [Fact]
    public void Every_fault_has_an_expected_outcome() => Assert.Equal(Enum.GetValues<VendorFault>(), Expected.Keys.Order());

    /// <summary>Creates the provider. It must call the vendor at the given address. Called once per test.</summary>
    protected abstract ValueTask<IDeliveryProvider> CreateAsync(Uri vendor);

    /// <summary>
    /// Answers auxiliary requests, such as requests for access tokens. Returns null for requests that send a message.
    /// </summary>
    protected virtual VendorAnswer? AnswerAuxiliary(string path, string body) => null;

    /// <summary>
    /// Creates an error in which the vendor quotes the request, in the form that the vendor documents. The default is JSON with
    /// common field names.
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
        return await GetProviderAsync();
    }

    /// <inheritdoc/>
    protected sealed override Task WaitUntilCalledAsync() => _vendor!.Asked.WaitAsync(CancellationTimeout, Cancellation);

    private static VendorAnswer CreateRetryAfter(int status, string value) =>
        new(status, "{}") { Headers = new Dictionary<string, string> { ["Retry-After"] = value } };

    // A short body arrives together with its head. This one is too long for that.
    private static VendorAnswer Lengthen(VendorAnswer answer) => answer with { Body = answer.Body + new string(' ', 100_000) };

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

    private async Task<Outcome> SendAsync(VendorAnswer answer)
    {
        _answer = answer;
        var provider = await GetProviderAsync();
        return await provider.SendAsync(Delivery(provider), Cancellation);
    }

    private async Task<IDeliveryProvider> GetProviderAsync() => _provider ??= await CreateAsync(VendorAddress);
}
