using System.Globalization;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Auditing;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.DeadLetters;

/// <summary><c>POST /v1/dead-letters/replay</c>: makes dead letters due again, or only counts them with <c>dryRun</c>.</summary>
internal static class ReplayEndpoint
{
    public static Task<IResult> HandleAsync(HttpContext context, INotificationQueries queries) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var replay = Read(body, RequestValues.GetTenant(context.Request));
            if (body.Errors.Any)
            {
                // A filter that could not be read is not a missing one.
                body.Errors.Add(queries.Validate(replay).Where(error => error.Field != "all"));
                return Problem.InvalidFields(body.Errors);
            }

            return await IdempotentCall
                .RunAsync(context, body, DeadLettersJson.Default.ReplayView, async () =>
                {
                    var result = await queries.ReplayDeadLettersAsync(replay, context.RequestAborted).ConfigureAwait(false);
                    context.AddAuditedChange("replayed", null, result.Count.ToString(CultureInfo.InvariantCulture));
                    return new ReplayView(result.Count, replay.DryRun);
                })
                .ConfigureAwait(false);
        });

    private static DeadLetterReplay Read(JsonField body, string tenant)
    {
        var replay = new DeadLetterReplay { Filter = new DeadLetterFilter { Tenant = tenant } };
        foreach (var field in body.AllMembers())
        {
            switch (field.Name)
            {
                // A filter that is null because of a bug in the caller must not match every dead letter.
                case var _ when field.IsNull:
                    field.Wrong(FieldErrorCodes.WrongType, "Must not be null. Omit the field instead.");
                    break;
                case "all":
                    replay = replay with { All = field.Flag() ?? false };
                    break;
                case "dryRun":
                    replay = replay with { DryRun = field.Flag() ?? false };
                    break;
                case "expiresAt":
                    replay = replay with { ExpiresAt = field.Time() };
                    break;
                default:
                    var filter = DeadLetterFilterReader.Read(replay.Filter, field, "all", "dryRun", "expiresAt");
                    replay = replay with { Filter = filter };
                    break;
            }
        }

        return replay;
    }
}

/// <summary>The number of dead letters that were replayed, or that a dry run would have replayed.</summary>
internal sealed record ReplayView(long Count, bool DryRun);
