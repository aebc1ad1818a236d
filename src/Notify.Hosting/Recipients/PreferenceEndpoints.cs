using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary>
/// <c>/v1/users/{id}/preferences</c>: shows and changes the preferences of a user, who need not have a profile.
/// </summary>
internal static class PreferenceEndpoints
{
    public static async Task<IResult> FindAsync(HttpContext context, IRecipients recipients)
    {
        var (tenant, id) = (RequestValues.GetTenant(context.Request), RequestValues.Route(context.Request, "id"));
        var found = await recipients.FindPreferencesAsync(tenant, id, context.RequestAborted).ConfigureAwait(false);
        RequestPrecondition.SetVersion(context.Response, found.Version);
        return RequestPrecondition.IsKnown(context.Request, found.Version)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : Show(found.Value);
    }

    public static Task<IResult> ChangeAsync(HttpContext context, IRecipients recipients) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var (changes, source) = PreferencesReader.Read(body);
            var precondition = RequestPrecondition.Read(context.Request, body.Errors);
            body.Errors.Add(recipients.Validate(changes));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            try
            {
                var (tenant, id) = (RequestValues.GetTenant(context.Request), RequestValues.Route(context.Request, "id"));
                var result = await recipients
                    .ChangePreferencesAsync(tenant, id, changes, source, precondition, context.RequestAborted)
                    .ConfigureAwait(false);
                if (result.Status == ChangeStatus.PreconditionFailed)
                    return Problem.PreconditionFailed();

                RequestPrecondition.SetVersion(context.Response, result.Version);
                return Show(result.Value!, result.Warnings);
            }
            catch (InvalidRequestException exception)
            {
                body.Errors.Add(exception.Errors);
                return Problem.InvalidFields(body.Errors);
            }
        });

    private static IResult Show(IReadOnlyList<Preference> preferences, IReadOnlyList<FieldWarning>? warnings = null) =>
        TypedResults.Json(
            new PreferencesView(preferences, warnings is { Count: > 0 } ? warnings : null),
            RecipientsJson.Default.PreferencesView
        );
}
