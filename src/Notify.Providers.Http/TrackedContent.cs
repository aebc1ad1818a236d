using System.Net;

namespace Notify.Providers.Http;

/// <summary>
/// The body of a request, which notes when it begins to go out. A body that is no <see cref="PooledContent"/> is wrapped in one.
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

    /// <summary>Gets whether the request has a connection and its body was given to it.</summary>
    public bool IsUnderWay { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsUnderWay = true;
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

/// <summary>Lets <see cref="HttpFailures.WasSent"/> see how far a request came, whatever its body is.</summary>
internal sealed class SendTracker : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not (null or PooledContent or TrackedContent))
            request.Content = new TrackedContent(request.Content);
        return base.SendAsync(request, cancellationToken);
    }
}
