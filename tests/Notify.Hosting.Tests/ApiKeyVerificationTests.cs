using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Tests of how processes verify keys without asking the store each time.</summary>
public sealed class ApiKeyVerificationTests
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Another_process_refuses_a_revoked_key_within_the_documented_time()
    {
        await using var first = await StartAsync(null);
        var store = first.Services.GetRequiredService<IDocumentStore>();
        await using var second = await StartAsync(store);
        var issued = await CreateAsync(first);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(second, issued.Secret));

        await first.Services.GetRequiredService<IApiKeys>().RevokeAsync("default", issued.Key.Id);
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(second, issued.Secret));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(second, issued.Secret));
    }

    [Fact]
    public async Task A_known_key_is_read_once_per_interval()
    {
        await using var app = await StartAsync(null);
        var store = GetStore(app);
        var issued = await CreateAsync(app);
        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.OK, await AskAsync(app, issued.Secret));
        Assert.Equal(1, store.Reads);

        _time.Advance(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.OK, await AskAsync(app, issued.Secret));
        Assert.Equal(2, store.Reads);
    }

    [Fact]
    public async Task Concurrent_calls_with_a_new_key_share_one_read()
    {
        await using var app = await StartAsync(null);
        var store = GetStore(app);
        var issued = await CreateAsync(app);
        store.Hold = new TaskCompletionSource();
        var calls = Enumerable.Range(0, 10).Select(_ => AskAsync(app, issued.Secret)).ToArray();
        await Eventually.TrueAsync(() => store.Reads == 1, "one read");
        store.Hold.SetResult();

        Assert.All(await Task.WhenAll(calls), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(1, store.Reads);
    }

    [Fact]
    public async Task A_mistyped_key_never_reaches_the_store()
    {
        await using var app = await StartAsync(null);
        var store = GetStore(app);
        var secret = (await CreateAsync(app)).Secret;
        string[] mistakes =
        [
            secret[..^1],
            secret + "0",
            secret.Replace("nk_live_", "nk_test_", StringComparison.Ordinal),
            Swap(secret, 20),
            Swap(secret, 78),
            secret[..20] + '-' + secret[21..],
        ];
        foreach (var mistake in mistakes)
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(app, mistake));
        Assert.Equal(0, store.Reads);
    }

    [Fact]
    public async Task A_flood_of_invented_keys_reads_little_and_does_not_lock_out_a_known_key()
    {
        await using var app = await StartAsync(null);
        var store = GetStore(app);
        var issued = await CreateAsync(app);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(app, issued.Secret));

        // Health endpoints are answered even for clients that had too many failures.
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 400; i++)
            answers.Add(await AskAsync(app, Invent(Guid.CreateVersion7()), "/health/live"));
        Assert.Equal(200, store.Reads);
        Assert.Equal(199, answers.Count(status => status == HttpStatusCode.Unauthorized));
        Assert.Equal(201, answers.Count(status => status == HttpStatusCode.ServiceUnavailable));

        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(app, issued.Secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(app, Invent(Guid.CreateVersion7())));
    }

    [Fact]
    public async Task An_unknown_key_is_remembered_for_the_interval()
    {
        await using var app = await StartAsync(null);
        var store = GetStore(app);
        var invented = Invent(Guid.CreateVersion7());
        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(app, invented));
        Assert.Equal(1, store.Reads);
    }

    [Fact]
    public async Task The_ID_of_a_key_with_another_secret_is_refused()
    {
        await using var app = await StartAsync(null);
        var issued = await CreateAsync(app);

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(app, Invent(issued.Key.Id)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(app, issued.Secret));
    }

    // Follows the description of the format, as a scanner for leaked keys would.
    private static string Invent(Guid id)
    {
        byte[] bytes = [.. id.ToByteArray(bigEndian: true), .. RandomNumberGenerator.GetBytes(32)];
        var body = $"nk_live_{Encode(new BigInteger(bytes, isUnsigned: true, isBigEndian: true), 65)}";
        return body + Encode(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(body))), 6);
    }

    private static string Encode(BigInteger number, int length)
    {
        var text = "";
        for (; text.Length < length; number /= 62)
            text = Digits[(int)(number % 62)] + text;
        return text;
    }

    private static string Swap(string secret, int index) =>
        secret[..index] + (secret[index] == 'a' ? 'b' : 'a') + secret[(index + 1)..];

    private Task<ApiApplication> StartAsync(IDocumentStore? shared) =>
        ApiApplication.StartAsync(services: services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            services.AddNotifications().Decorate<IDocumentStore>((_, store) => new CountingDocuments(shared ?? store));
        });

    private static CountingDocuments GetStore(ApiApplication app) =>
        (CountingDocuments)app.Services.GetRequiredService<IDocumentStore>();

    private static Task<IssuedApiKey> CreateAsync(ApiApplication app) =>
        app.Services.GetRequiredService<IApiKeys>().CreateAsync(new ApiKeyDraft { Name = "shop", Scopes = ApiScope.Read });

    private static async Task<HttpStatusCode> AskAsync(ApiApplication app, string secret, string path = "/v1/users")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", secret) } };
        using var response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>Counts the reads over all tenants, which only the verification of keys makes.</summary>
    private sealed class CountingDocuments(IDocumentStore inner) : IDocumentStore
    {
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        public TaskCompletionSource? Hold { get; set; }

        public ValueTask<StoredDocument?> FindAsync(DocumentKey key, CancellationToken cancellationToken) =>
            inner.FindAsync(key, cancellationToken);

        public ValueTask<bool> UpdateAsync(
            DocumentKey key,
            Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
            CancellationToken cancellationToken
        ) => inner.UpdateAsync(key, change, cancellationToken);

        public ValueTask<bool> RemoveAsync(
            DocumentKey key,
            Func<ReadOnlyMemory<byte>, bool> condition,
            CancellationToken cancellationToken
        ) => inner.RemoveAsync(key, condition, cancellationToken);

        public async ValueTask<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellationToken)
        {
            // Other features keep documents too.
            if (query.Collection != "api-keys")
                return await inner.ListAsync(query, cancellationToken);

            Interlocked.Increment(ref _reads);
            if (Hold is { } hold)
                await hold.Task;
            return await inner.ListAsync(query, cancellationToken);
        }

        public ValueTask<int> RemoveBeforeAsync(
            string collection,
            string before,
            int limit,
            CancellationToken cancellationToken
        ) => inner.RemoveBeforeAsync(collection, before, limit, cancellationToken);
    }
}
