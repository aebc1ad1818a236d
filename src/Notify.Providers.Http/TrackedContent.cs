using System.Net;

namespace Notify.Providers.Http;

/// <summary>
/// The body of a request, which records when sending begins. It wraps every body that is not a <see cref="PooledContent"/>.
/// </summary>
internal sealed class TrackedContent : HttpContent
{
    private readonly HttpContent _body;

    public TrackedContent(HttpContent body)
    {
        _body = body;
        foreach (var (name, values) in body.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    /// <summary>Gets whether the request has a connection and the body was given to it.</summary>
    public bool IsInFlight { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsInFlight = true;
        return _body.CopyToAsync(stream, context, cancellationToken);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Headers.ContentLength ?? 0;
        return _body.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _body.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Wraps bodies so that <see cref="HttpFailures.WasSent"/> knows whether sending has begun.</summary>
internal sealed class SendTracker : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not (null or PooledContent or TrackedContent))
            request.Content = new TrackedContent(request.Content);
        return base.SendAsync(request, cancellationToken);
    }
}
