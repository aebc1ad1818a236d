using Notify.Conformance.Providers;
using Notify.Providers;

namespace Notify.Conformance.Tests;

public class FaxConformanceTests : HttpProviderConformance
{
    protected override VendorAnswer Acceptance => new(202, """{"id":"fax-1"}""");

    protected override IReadOnlyDictionary<VendorFault, ExpectedOutcome> Expected { get; } =
        new Dictionary<VendorFault, ExpectedOutcome>
        {
            [VendorFault.TooManyRequests] = new(OutcomeKind.Retry, isThrottled: true),
            [VendorFault.InternalError] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.Unavailable] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.BadRequest] = new(OutcomeKind.Rejected),
            [VendorFault.Unauthorized] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.NotFound] = new(OutcomeKind.RecipientGone),
            [VendorFault.Gone] = new(OutcomeKind.RecipientGone),
            [VendorFault.MalformedBody] = new(OutcomeKind.Sent),
            [VendorFault.ConnectionReset] = new(OutcomeKind.AnswerLost, isProviderFailure: true),
            [VendorFault.ConnectionClosed] = new(OutcomeKind.AnswerLost, isProviderFailure: true),
            [VendorFault.NoAnswer] = new(OutcomeKind.AnswerLost),
            [VendorFault.ConnectionRefused] = new(OutcomeKind.Retry, isProviderFailure: true),
            [VendorFault.HandshakeRefused] = new(OutcomeKind.Retry, isProviderFailure: true),
            // A plain HttpClient does not report whether a cancelled request was sent.
            [VendorFault.HandshakeUnfinished] = new(OutcomeKind.AnswerLost),
            [VendorFault.TruncatedBody] = new(OutcomeKind.AnswerLost, isProviderFailure: true),
            [VendorFault.SlowDrip] = new(OutcomeKind.Sent),
        };

    protected override ValueTask<IDeliveryProvider> CreateAsync(Uri vendor) => new(new FaxProvider(vendor));
}

/// <summary>
/// Shows that the suites for providers can fail: each of these providers violates one requirement, and a test names it.
/// </summary>
public sealed class FaultyProviderTests
{
    private static readonly Dictionary<string, (Func<Uri, IDeliveryProvider> Provider, string Fact)> Faults = new()
    {
        ["throws on server errors"] = (
            vendor => new ThrowsOnServerErrors(vendor),
            nameof(HttpProviderConformance.An_internal_error)
        ),
        ["leaks the address"] = (
            vendor => new LeaksTheAddress(vendor),
            nameof(ProviderConformance.A_refusal_has_a_reason_without_address_or_content)
        ),
        ["quotes the vendor"] = (
            vendor => new QuotesTheVendor(vendor),
            nameof(HttpProviderConformance.A_reason_does_not_repeat_what_the_vendor_quotes)
        ),
        ["retries everything"] = (
            vendor => new RetriesEverything(vendor),
            nameof(ProviderConformance.A_permanent_refusal_is_not_retried)
        ),
        ["prunes on bad requests"] = (
            vendor => new PrunesOnBadRequests(vendor),
            nameof(HttpProviderConformance.A_bare_bad_request_prunes_nothing)
        ),
        ["ignores Retry-After"] = (
            vendor => new IgnoresRetryAfter(vendor),
            nameof(HttpProviderConformance.Retry_After_in_seconds_is_honored)
        ),
        ["knows only seconds"] = (
            vendor => new KnowsOnlySeconds(vendor),
            nameof(HttpProviderConformance.Retry_After_as_a_date_is_honored)
        ),
        ["passes on dates long past"] = (
            vendor => new PassesOnDatesLongPast(vendor),
            nameof(HttpProviderConformance.An_invalid_Retry_After_is_never_negative)
        ),
        ["takes lost answers for unsent"] = (
            vendor => new TakesLostAnswersForUnsent(vendor),
            nameof(HttpProviderConformance.A_connection_that_is_closed_after_the_request)
        ),
        ["takes everything for sent"] = (
            vendor => new TakesEverythingForSent(vendor),
            nameof(HttpProviderConformance.A_refused_handshake)
        ),
        ["swallows cancellation"] = (
            vendor => new SwallowsCancellation(vendor),
            nameof(ProviderConformance.A_running_attempt_ends_when_it_is_cancelled)
        ),
        ["has a name of its own each time"] = (
            vendor => new HasANameOfItsOwnEachTime(vendor),
            nameof(ProviderConformance.Name_and_channel_are_well_formed_and_constant)
        ),
    };

    public static TheoryData<string> AllFaults => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(AllFaults))]
    public async Task A_provider_that_breaks_a_promise_fails_the_fact_about_it(string fault) =>
        Assert.Contains(Faults[fault].Fact, (await SuiteRun.FailuresAsync(() => new FaultySuite(Faults[fault].Provider))).Keys);

    [Fact]
    public async Task A_fault_that_the_table_leaves_out_is_said()
    {
        var failures = await SuiteRun.FailuresAsync(() => new SuiteWithoutTable());

        Assert.Contains(nameof(HttpProviderConformance.Every_fault_has_an_expected_outcome), failures.Keys);
    }

    [Fact]
    public async Task A_provider_without_a_vendor_takes_every_message_over()
    {
        Assert.Empty(await SuiteRun.FailuresAsync(() => new VendorlessSuite(_ => Outcome.Sent())));

        var failures = await SuiteRun.FailuresAsync(() =>
            new VendorlessSuite(content => content.Body?.Length > 10_000 ? Outcome.Rejected("too long") : Outcome.Sent())
        );
        Assert.Equal([nameof(VendorlessProviderConformance.Every_message_is_taken_over)], failures.Keys);
    }

    private sealed class FaultySuite(Func<Uri, IDeliveryProvider> create) : FaxConformanceTests
    {
        protected override ValueTask<IDeliveryProvider> CreateAsync(Uri vendor) => new(create(vendor));
    }

    private sealed class SuiteWithoutTable : FaxConformanceTests
    {
        protected override IReadOnlyDictionary<VendorFault, ExpectedOutcome> Expected { get; } =
            new Dictionary<VendorFault, ExpectedOutcome>();
    }

    private sealed class VendorlessSuite(Func<Content, Outcome> answer) : VendorlessProviderConformance
    {
        protected override ValueTask<IDeliveryProvider> CreateAsync() => new(new Vendorless(answer));
    }

    private sealed class Vendorless(Func<Content, Outcome> answer) : IDeliveryProvider
    {
        public string Name => "vendorless";

        public Channel Channel => Channel.Sms;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
            new(answer(delivery.Content));
    }
}
