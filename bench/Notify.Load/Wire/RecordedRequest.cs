using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace Notify.Load.Wire;

/// <summary>A request that a provider has sent, ready to be sent again as it was.</summary>
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

    public static async Task<RecordedRequest> OfAsync(HttpRequestMessage request) =>
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

    // The length is the content's own to say.
    private static (string Name, string Value)[] Copy(HttpHeaders headers) =>
        [
            .. headers
                .NonValidated.Where(header => header.Key != "Content-Length")
                .Select(header => (header.Key, header.Value.ToString())),
        ];
}

/// <summary>Keeps the messages that pass.</summary>
internal sealed class RequestRecorder(WireVendor vendor) : DelegatingHandler
{
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (vendor.AnswerAt(request.RequestUri!.AbsolutePath).IsMessage)
            _requests.Enqueue(await RecordedRequest.OfAsync(request));
        return await base.SendAsync(request, cancellationToken);
    }
}
