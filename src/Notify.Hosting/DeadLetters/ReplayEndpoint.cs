using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.DeadLetters;

/// <summary><c>POST /v1/dead-letters/replay</c>: makes dead letters due again, or only counts them with <c>dryRun</c>.</summary>
internal static class ReplayEndpoint
{
    /// <summary>
    /// The number of dead letters per batch. It is small enough that regular deliveries continue between two batches.
    /// </summary>
    private const int BatchSize = 1_000;

    public static Task<IResult> HandleAsync(
        HttpContext context,
        IDeadLetterStore store,
        IOptions<NotificationsOptions> options,
        TimeProvider time
    ) => RequestBody.ReadJsonAsync(context, async body =>
        {
            var now = time.GetUtcNow();
            var (filter, dryRun, expiresAt) = Read(
                body,
                RequestValues.GetTenant(context.Request),
                now,
                now + options.Value.MaxExpiryAhead
            );
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            var request = new ReplayRequest(filter, now, expiresAt ?? now + options.Value.DefaultTimeToLive, BatchSize);
            return await IdempotentCall
                .RunAsync(context, body, DeadLettersJson.Default.ReplayView, async () =>
                    new ReplayView(
                        dryRun
                            ? await store.CountAsync(filter, context.RequestAborted).ConfigureAwait(false)
                            : await ReplayAsync(store, request, context.RequestAborted).ConfigureAwait(false),
                        dryRun
                    )
                )
                .ConfigureAwait(false);
        });

    private static (DeadLetterFilter Filter, bool DryRun, DateTimeOffset? ExpiresAt) Read(
        JsonField body,
        string tenant,
        DateTimeOffset now,
        DateTimeOffset latestExpiry
    )
    {
        var everything = new DeadLetterFilter { Tenant = tenant };
        var (filter, all, dryRun) = (everything, false, false);
        DateTimeOffset? expiresAt = null;
        foreach (var field in body.AllMembers())
        {
            switch (field.Name)
            {
                // A filter that is null because of a bug in the caller must not match every dead letter.
                case var _ when field.IsNull:
                    field.Wrong(FieldErrorCodes.WrongType, "Must not be null. Omit the field instead.");
                    break;
                case "all":
                    all = field.Flag() ?? false;
                    break;
                case "dryRun":
                    dryRun = field.Flag() ?? false;
                    break;
                case "expiresAt":
                    expiresAt = field.Time();
                    if (expiresAt <= now)
                        field.Wrong(FieldErrorCodes.OutOfRange, "Must be in the future.");
                    else if (expiresAt > latestExpiry)
                        field.Wrong(
                            FieldErrorCodes.OutOfRange,
                            $"Must be at most {(latestExpiry - now).TotalDays:0} days in the future."
                        );
                    break;
                default:
                    filter = DeadLetterFilterReader.Read(filter, field, "all", "dryRun", "expiresAt");
                    break;
            }
        }

        if (body.IsObject && !body.Errors.Any && all == (filter != everything))
            body.Missing("all", "Set ids, provider, reason, from or to. To replay every dead letter, set only \"all\": true.");
        // Only dead letters that ended before this call are replayed. Otherwise a delivery that fails again at once would be
        // replayed in an endless loop.
        return (filter with { To = filter.To < now ? filter.To : now }, dryRun, expiresAt);
    }

    private static async ValueTask<long> ReplayAsync(IDeadLetterStore store, ReplayRequest request, CancellationToken aborted)
    {
        var total = 0L;
        int replayed;
        do
        {
            replayed = await store.ReplayAsync(request, aborted).ConfigureAwait(false);
            total += replayed;
        } while (replayed == request.Limit);
        return total;
    }
}

/// <summary>The number of dead letters that were replayed, or that a dry run would have replayed.</summary>
internal sealed record ReplayView(long Count, bool DryRun);
