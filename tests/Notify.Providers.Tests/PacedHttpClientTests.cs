using System.Net;
using System.Net.Http.Headers;
using Notify.Providers.Http;
using Notify.TestSupport;

namespace Notify.Providers.Tests;

/// <summary>How many of a vendor's requests begin together, and what lets the next one begin.</summary>
public sealed class PacedHttpClientTests : IDisposable
{
    private static readonly int Most = 32 * Environment.ProcessorCount;

    private readonly Connections _connections = new();
    private readonly HttpClient _http;
    private readonly PacedHttpClient _client;

    public PacedHttpClientTests() => _client = new PacedHttpClient(_http = new HttpClient(_connections));

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Only_so_many_begin_together()
    {
        var sending = SendMany(Most + 5);

        Assert.Equal(Most, _connections.Begun);
        _connections.Open();
        await AllAsync(sending);
        Assert.Equal(Most + 5, _connections.Begun);
    }

    [Fact]
    public async Task Those_that_wait_for_their_answers_do_not_count()
    {
        _connections.Open();
        _connections.HoldAnswers();

        var sending = SendMany(Most * 3);

        await Eventually.TrueAsync(() => _connections.Begun == Most * 3, "all to be sent");
        Assert.DoesNotContain(sending, request => request.IsCompleted);
        _connections.Answer();
        await AllAsync(sending);
    }

    [Fact]
    public async Task Those_that_cannot_connect_make_room_and_those_that_gave_up_waiting_take_none()
    {
        using var connecting = new CancellationTokenSource();
        using var waiting = new CancellationTokenSource();
        var stuck = SendMany(Most, connecting.Token);
        var impatient = SendMany(Most, waiting.Token);
        var patient = SendMany(Most);

        await waiting.CancelAsync();
        await CancelledAsync(impatient);
        Assert.Equal(Most, _connections.Begun);
        await connecting.CancelAsync();
        await CancelledAsync(stuck);

        await Eventually.TrueAsync(() => _connections.Begun == Most * 2, "the others to begin");
        _connections.Open();
        await AllAsync(patient);
    }

    [Fact]
    public async Task An_answer_that_comes_before_the_body_was_sent_makes_room()
    {
        _connections.Refuse();

        await AllAsync(SendMany(Most * 2));

        Assert.Equal(Most * 2, _connections.Begun);
    }

    private Task[] SendMany(int count, CancellationToken cancellationToken = default) =>
        [.. Enumerable.Range(0, count).Select(_ => SendAsync(cancellationToken))];

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://vendor.example.org/")
        {
            Content = new PooledContent(new MediaTypeHeaderValue("application/json")),
        };
        using var response = await _client.SendAsync(request, AttemptTimer.None, cancellationToken);
    }

    private static Task AllAsync(Task[] sending) => Task.WhenAll(sending).WaitAsync(TimeSpan.FromMinutes(1));

    private static async Task CancelledAsync(Task[] sending)
    {
        foreach (var request in sending)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }

    /// <summary>Connections that open when they are told to.</summary>
    private sealed class Connections : HttpMessageHandler
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _answer;
        private bool _refuses;
        private int _begun;

        public int Begun => Volatile.Read(ref _begun);

        public void Open() => _open.TrySetResult();

        public void HoldAnswers() => _answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Answer() => _answer!.SetResult();

        /// <summary>Answers before it has read any body.</summary>
        public void Refuse() => _refuses = true;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Interlocked.Increment(ref _begun);
            if (_refuses)
                return new HttpResponseMessage(HttpStatusCode.TooManyRequests);

            await _open.Task.WaitAsync(cancellationToken);
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            if (_answer is not null)
                await _answer.Task.WaitAsync(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
