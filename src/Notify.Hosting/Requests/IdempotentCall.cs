using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Hosting.Problems;
using Notify.Storage;

namespace Notify.Hosting.Requests;

/// <summary>
/// Carries out a call at most once per idempotency key, and answers repetitions like the first call. The store keeps the state
/// and the answer of each call, so this holds across processes and restarts.
/// </summary>
/// <remarks>
/// A call claims its key by offering a token with the state "running". The store accepts it only if the key is free, or if its
/// claim is stale: the process that made it has not renewed it because it crashed. In that case, the call may have been carried
/// out in part, and is carried out again. An answer counts as issued late enough to become stale only at the end of the retention
/// of keys.
/// </remarks>
internal sealed class IdempotentCall
{
    private const string Prefix = "once:";
    private const int MaxKeyLength = 256;

    /// <summary>The number of old answers to delete at a time.</summary>
    private const int PurgeBatch = 1_000;

    /// <summary>How long a claim holds without being renewed.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    private readonly ISharedTokenStore _store;
    private readonly TimeProvider _time;
    private readonly TimeSpan _retention;
    private readonly string _name;
    private readonly byte[] _fingerprint;
    private readonly Guid _owner;

    /// <summary>The time at which the claim was last made or renewed, which only its owner knows.</summary>
    private DateTimeOffset _claimedAt;

    private IdempotentCall(HttpContext context, string key, JsonElement body)
    {
        var services = context.RequestServices;
        _store = services.GetRequiredService<ISharedTokenStore>();
        _time = services.GetRequiredService<TimeProvider>();
        _owner = Guid.CreateVersion7(_time.GetUtcNow());
        _retention = services.GetRequiredService<IOptions<NotificationsOptions>>().Value.IdempotencyRetention;
        // A hash, because the parts may be longer than a name, and because a path may contain the name of a topic.
        string[] parts = [RequestValues.GetTenant(context.Request), context.Request.Method, context.Request.Path, key];
        _name = Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
        _fingerprint = SHA256.HashData(Encoding.UTF8.GetBytes(body.GetRawText()));
    }

    /// <summary>Carries out a call, or answers like the earlier call with the same key.</summary>
    /// <param name="context">The request.</param>
    /// <param name="body">The body, which must be the same for the same key.</param>
    /// <param name="json">Serializes the answer.</param>
    /// <param name="work">Carries out the call and creates the answer; null for 204.</param>
    public static async Task<IResult> RunAsync<T>(HttpContext context, JsonField body, JsonTypeInfo<T> json, Func<Task<T?>> work)
        where T : class
    {
        if (IdempotencyKey.Read(context.Request) is not { } key)
            return Answer(await work().ConfigureAwait(false), json);
        if (key.Length > MaxKeyLength)
        {
            body.Errors.Add(IdempotencyKey.Header, FieldErrorCodes.TooLong, $"Use at most {MaxKeyLength} characters.");
            return Problem.InvalidFields(body.Errors);
        }

        var call = new IdempotentCall(context, key, body.Value);
        return await call.ClaimAsync(context).ConfigureAwait(false)
            ?? Answer(await call.WorkAsync(work, json).ConfigureAwait(false), json);
    }

    private static IResult Answer<T>(T? answer, JsonTypeInfo<T> json)
        where T : class => answer is null ? TypedResults.NoContent() : TypedResults.Json(answer, json);

    /// <summary>Claims the key. Returns the response if the call is not to be carried out.</summary>
    private async ValueTask<IResult?> ClaimAsync(HttpContext context)
    {
        var now = GetTime();
        // The processes that keep answers also delete them.
        if (context.GetEndpoint()!.Metadata.GetRequiredMetadata<RunningKeys>().ShouldPurge(now))
            await PurgeAsync(now - Lease, context.RequestAborted).ConfigureAwait(false);
        var held = await OfferAsync(CallState.Running, now, now - Lease, [], context.RequestAborted).ConfigureAwait(false);
        if (held.Owner == _owner)
        {
            _claimedAt = now;
            return null;
        }

        if (held.State != CallState.Done)
            return Problem.IdempotencyKeyInUse(context.Response);
        return held.Fingerprint.AsSpan().SequenceEqual(_fingerprint)
            ? new ReplayedResult(held.Answer)
            : Problem.IdempotencyKeyReused();
    }

    private async Task<T?> WorkAsync<T>(Func<Task<T?>> work, JsonTypeInfo<T> json)
        where T : class
    {
        try
        {
            var answer = await RenewWhileAsync(work()).ConfigureAwait(false);
            var bytes = answer is null ? [] : JsonSerializer.SerializeToUtf8Bytes(answer, json);
            await OfferAsync(CallState.Done, GetTime() + _retention - Lease, _claimedAt, bytes).ConfigureAwait(false);
            return answer;
        }
        catch
        {
            // The call has no answer to keep. The caller may repeat it with the same key, even with a corrected body.
            await OfferAsync(CallState.Free, _claimedAt - Lease, _claimedAt, []).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<T> RenewWhileAsync<T>(Task<T> working)
    {
        while (!working.IsCompleted)
        {
            using var done = new CancellationTokenSource();
            var waiting = Task.Delay(Lease / 4, _time, done.Token);
            if (await Task.WhenAny(working, waiting).ConfigureAwait(false) == waiting)
            {
                var now = GetTime();
                await OfferAsync(CallState.Running, now, _claimedAt, []).ConfigureAwait(false);
                _claimedAt = now;
            }

            await done.CancelAsync().ConfigureAwait(false);
        }

        return await working.ConfigureAwait(false);
    }

    private async ValueTask<KeptCall> OfferAsync(
        CallState state,
        DateTimeOffset issuedAt,
        DateTimeOffset stale,
        byte[] answer,
        CancellationToken cancellationToken = default
    )
    {
        var offered = new SharedToken(new KeptCall(state, _owner, _fingerprint, answer).Write(), issuedAt);
        var kept = await _store.OfferAsync(_name, offered, stale, cancellationToken).ConfigureAwait(false);
        return KeptCall.Read(kept.Value.Span);
    }

    private async ValueTask PurgeAsync(DateTimeOffset issuedBefore, CancellationToken cancellationToken)
    {
        int purged;
        do purged = await _store.PurgeAsync(Prefix, issuedBefore, PurgeBatch, cancellationToken).ConfigureAwait(false);
        while (purged == PurgeBatch);
    }

    // Stores keep the time of a token to the millisecond.
    private DateTimeOffset GetTime() => DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
}
