using System.Net;
using System.Text;
using System.Text.Json;
using Notify.Providers;

namespace Notify.Conformance.Tests;

/// <summary>
/// A correct provider for a vendor with an HTTP API, as an application developer would write it. Each faulty provider below
/// changes one thing.
/// </summary>
internal class FaxProvider(Uri vendor) : IDeliveryProvider, IDisposable
{
    private readonly HttpClient _http = CreateClient(vendor);

    public virtual string Name => "fax";

    public Channel Channel => Channel.Named("fax");

    public virtual async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            var fax = JsonSerializer.Serialize(new { to = delivery.To.Value, text = delivery.Content.Body });
            using var content = new StringContent(fax, Encoding.UTF8, "application/json");
            using var response = await _http.PostAsync(new Uri("fax", UriKind.Relative), content, cancellationToken);
            return Read(delivery, response, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException exception)
        {
            return Unanswered(exception.HttpRequestError);
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => _http.Dispose();

    // Without a connection, nothing was sent. After any other failure, the vendor may already have the fax.
    protected virtual Outcome Unanswered(HttpRequestError error) =>
        error is HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            ? Outcome.ProviderFailed("the vendor cannot be reached")
            : Outcome.AnswerLost("the vendor's answer was lost", isProviderFailure: true);

    protected virtual Outcome Read(Delivery delivery, HttpResponseMessage response, string body) =>
        response.StatusCode switch
        {
            HttpStatusCode.Accepted => ReadId(body),
            HttpStatusCode.TooManyRequests => Outcome.Throttled("the vendor is busy", RetryAfter(response)),
            HttpStatusCode.Unauthorized => Outcome.ProviderFailed("the vendor refuses the credentials"),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => Outcome.RecipientGone("no such fax machine"),
            >= HttpStatusCode.InternalServerError => Outcome.ProviderFailed(
                $"the vendor answered {(int)response.StatusCode}",
                RetryAfter(response)
            ),
            _ => Outcome.Rejected($"the vendor answered {(int)response.StatusCode}"),
        };

    protected virtual TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var after = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - TimeProvider.System.GetUtcNow();
        return after < TimeSpan.Zero ? TimeSpan.Zero : after;
    }

    private static HttpClient CreateClient(Uri vendor)
    {
        var client = new HttpClient { BaseAddress = vendor, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("Fax/1.0");
        return client;
    }

    private static Outcome ReadId(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Outcome.Sent(document.RootElement.GetProperty("id").GetString());
        }
        catch (JsonException)
        {
            return Outcome.Sent();
        }
    }
}

internal sealed class ThrowsOnServerErrors(Uri vendor) : FaxProvider(vendor)
{
    protected override Outcome Read(Delivery delivery, HttpResponseMessage response, string body)
    {
        if ((int)response.StatusCode >= 500)
            response.EnsureSuccessStatusCode();
        return base.Read(delivery, response, body);
    }

    protected override Outcome Unanswered(HttpRequestError error) => throw new InvalidOperationException("The vendor failed.");
}

internal sealed class LeaksTheAddress(Uri vendor) : FaxProvider(vendor)
{
    protected override Outcome Read(Delivery delivery, HttpResponseMessage response, string body) =>
        base.Read(delivery, response, body) is var outcome && outcome.Kind == OutcomeKind.Rejected
            ? Outcome.Rejected($"cannot send to {delivery.To.Value}")
            : outcome;
}

internal sealed class QuotesTheVendor(Uri vendor) : FaxProvider(vendor)
{
    protected override Outcome Read(Delivery delivery, HttpResponseMessage response, string body) =>
        base.Read(delivery, response, body) is var outcome && outcome.Kind == OutcomeKind.Rejected
            ? Outcome.Rejected(body)
            : outcome;
}

internal sealed class RetriesEverything(Uri vendor) : FaxProvider(vendor)
{
    protected override Outcome Read(Delivery delivery, HttpResponseMessage response, string body) =>
        response.IsSuccessStatusCode ? base.Read(delivery, response, body) : Outcome.Retry("failed", RetryAfter(response));
}

internal sealed class PrunesOnBadRequests(Uri vendor) : FaxProvider(vendor)
{
    protected override Outcome Read(Delivery delivery, HttpResponseMessage response, string body) =>
        response.StatusCode == HttpStatusCode.BadRequest
            ? Outcome.RecipientGone("no such fax machine")
            : base.Read(delivery, response, body);
}

internal sealed class IgnoresRetryAfter(Uri vendor) : FaxProvider(vendor)
{
    protected override TimeSpan? RetryAfter(HttpResponseMessage response) => null;
}

internal sealed class KnowsOnlySeconds(Uri vendor) : FaxProvider(vendor)
{
    protected override TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta;
}

internal sealed class PassesOnDatesLongPast(Uri vendor) : FaxProvider(vendor)
{
    protected override TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - TimeProvider.System.GetUtcNow();
}

internal sealed class TakesLostAnswersForUnsent(Uri vendor) : FaxProvider(vendor)
{
    protected override Outcome Unanswered(HttpRequestError error) => Outcome.ProviderFailed("the vendor cannot be reached");
}

internal sealed class TakesEverythingForSent(Uri vendor) : FaxProvider(vendor)
{
    protected override Outcome Unanswered(HttpRequestError error) => Outcome.AnswerLost("no answer", isProviderFailure: true);
}

internal sealed class SwallowsCancellation(Uri vendor) : FaxProvider(vendor)
{
    public override async ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(delivery, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return Outcome.Retry("no answer");
        }
    }
}

internal sealed class HasANameOfItsOwnEachTime(Uri vendor) : FaxProvider(vendor)
{
    private int _asked;

    public override string Name => $"fax-{_asked++}";
}
