using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Notify.Load.Chaos;

/// <summary>
/// Clients that each send one trigger at a time over a persistent connection. A client cannot know whether a request without an
/// answer was accepted, so it repeats the request with the same idempotency key at the next address until it is acknowledged.
/// </summary>
internal sealed class TriggerLoad(IReadOnlyList<Uri> addresses, int count, string keys = "trigger") : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(40) };
    private readonly Guid[] _acknowledged = new Guid[count];
    private int _taken = -1;
    private int _sent;
    private int _answered;
    private int _unanswered;

    public int Answered => Volatile.Read(ref _answered);

    /// <summary>The number of requests that got no answer and were repeated.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>The ids of the acknowledged notifications.</summary>
    public IEnumerable<Guid> Acknowledged => _acknowledged.Where(id => id != Guid.Empty);

    public Task RunAsync(int clients, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(_ => SendAsync(cancellationToken)));

    /// <summary>Sends the triggers at a constant rate, whether or not earlier ones have been acknowledged.</summary>
    public async Task RunAtRateAsync(double perSecond, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var sending = new List<Task>();
        while (Interlocked.Increment(ref _taken) is var number && number < _acknowledged.Length)
        {
            var left = TimeSpan.FromSeconds(number / perSecond) - clock.Elapsed;
            if (left > TimeSpan.Zero)
                await Task.Delay(left, cancellationToken);
            sending.Add(AcknowledgeAsync(number, cancellationToken));
        }

        await Task.WhenAll(sending);
    }

    /// <summary>Sends one trigger once. Returns null if no answer arrives.</summary>
    public async Task<HttpResponseMessage?> TrySendAsync(int number, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(NextAddress, "/v1/notifications"));
        request.Headers.Add("Idempotency-Key", $"{keys}-{number}");
        request.Content = new ByteArrayContent(
            Encoding.UTF8.GetBytes(
                $$$"""
                {"to":{"email":"{{{number}}}@example.org"},
                 "content":{"title":"Order {{{number}}}","body":"It is on its way."}}
                """
            )
        );
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            return await _client.SendAsync(request, cancellationToken);
        }
        catch (Exception exception) when (IsUnanswered(exception, cancellationToken))
        {
            return null;
        }
    }

    private Uri NextAddress => addresses[(int)((uint)Interlocked.Increment(ref _sent) % addresses.Count)];

    public void Dispose() => _client.Dispose();

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        while (Interlocked.Increment(ref _taken) is var number && number < _acknowledged.Length)
            await AcknowledgeAsync(number, cancellationToken);
    }

    private async Task AcknowledgeAsync(int number, CancellationToken cancellationToken)
    {
        while (!await TryAcknowledgeAsync(number, cancellationToken))
        {
            Interlocked.Increment(ref _unanswered);
            await Task.Delay(Pause, cancellationToken);
        }

        Interlocked.Increment(ref _answered);
    }

    private async Task<bool> TryAcknowledgeAsync(int number, CancellationToken cancellationToken)
    {
        using var response = await TrySendAsync(number, cancellationToken);
        if (response is null or { StatusCode: HttpStatusCode.ServiceUnavailable })
            return false;
        if (response.StatusCode != HttpStatusCode.Accepted)
            throw new InvalidOperationException(
                $"Trigger {number} was answered with {(int)response.StatusCode}, which a kill cannot explain."
            );

        using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        _acknowledged[number] = body.RootElement.GetProperty("id").GetGuid();
        return true;
    }

    private static bool IsUnanswered(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException
        || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested);
}
