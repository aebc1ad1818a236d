using System.Net.Security;

namespace Notify.Load.Wire;

/// <summary>
/// The simplest program that sends a vendor the same: an HttpClient that repeats the provider's requests byte for byte and checks
/// the status. If the provider has to read the answer, the ceiling reads it too, but does not parse it.
/// </summary>
internal sealed class HttpCeiling(
    IReadOnlyList<RecordedRequest> requests,
    bool readsAnswer,
    RemoteCertificateValidationCallback trust
) : IDisposable
{
    // All callers read into the same buffer, because nothing uses what they read.
    private readonly byte[] _unread = new byte[4096];
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _client = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            SslOptions = { RemoteCertificateValidationCallback = trust },
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async ValueTask SendAsync(int number)
    {
        using var request = requests[number % requests.Count].ToRequest();
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stopping.Token);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"HTTP {(int)response.StatusCode}");
        if (!readsAnswer)
            return;

        var answer = await response.Content.ReadAsStreamAsync(_stopping.Token);
        while (await answer.ReadAsync(_unread, _stopping.Token) > 0) { }
    }

    public void Dispose()
    {
        _client.Dispose();
        _stopping.Dispose();
    }
}
