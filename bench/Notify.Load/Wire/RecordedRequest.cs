using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Notify.Providers.Http;

namespace Notify.Load.Wire;

/// <summary>A request that a provider sent, which can be sent again unchanged.</summary>
internal sealed class RecordedRequest
{
    private readonly HttpMethod _method;
    private readonly Uri _url;
    private readonly Version _version;
    private readonly HttpVersionPolicy _versionPolicy;
    private readonly (string Name, string Value)[] _headers;
    private readonly (string Name, string Value)[] _contentHeaders;
    private readonly byte[] _body;

    private RecordedRequest(HttpRequestMessage request, byte[] body)
    {
        (_method, _url, _version, _versionPolicy) = (request.Method, request.RequestUri!, request.Version, request.VersionPolicy);
        (_headers, _contentHeaders, _body) = (Copy(request.Headers), Copy(request.Content!.Headers), body);
    }

    public static async Task<RecordedRequest> CopyAsync(HttpRequestMessage request) =>
        new(request, await request.Content!.ReadAsByteArrayAsync());

    public HttpRequestMessage ToRequest()
    {
        var request = new HttpRequestMessage(_method, _url) { Version = _version, VersionPolicy = _versionPolicy };
        foreach (var (name, value) in _headers)
            request.Headers.TryAddWithoutValidation(name, value);
        request.Content = new ByteArrayContent(_body);
        foreach (var (name, value) in _contentHeaders)
            request.Content.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    // Content-Length is left out, because HttpContent sets it.
    private static (string Name, string Value)[] Copy(HttpHeaders headers) =>
        [
            .. headers
                .NonValidated.Where(header => header.Key != "Content-Length")
                .Select(header => (header.Key, header.Value.ToString())),
        ];
}

/// <summary>Records the messages that pass through.</summary>
internal sealed class RequestRecorder(WireVendor vendor) : DelegatingHandler
{
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (vendor.AnswerAt(request.RequestUri!.AbsolutePath).IsMessage)
            _requests.Enqueue(await RecordedRequest.CopyAsync(request));
        return await base.SendAsync(request, cancellationToken);
    }
}
