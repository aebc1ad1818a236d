using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary>
/// <c>PATCH /v1/users/{id}</c>: changes only the fields that a JSON merge patch (RFC 7396) contains. Concurrent patches do not
/// overwrite each other's changes.
/// </summary>
internal static class UserPatchEndpoint
{
    public static Task<IResult> HandleAsync(HttpContext context, IRecipients recipients) =>
        RequestBody.ReadJsonAsync(context, async patch =>
        {
            // Checks the names and texts of all members, and that there are no duplicates, of which the merge would use the last.
            patch.Object();
            var precondition = RequestPrecondition.Read(context.Request, patch.Errors);
            if (patch.Errors.Any)
                return Problem.InvalidFields(patch.Errors);

            var errors = new FieldErrors();
            var result = await recipients
                .UpdateUserAsync(
                    RequestValues.GetTenant(context.Request),
                    RequestValues.Route(context.Request, "id"),
                    Change,
                    precondition,
                    context.RequestAborted
                )
                .ConfigureAwait(false);
            return errors.Any
                ? Problem.InvalidFields(errors)
                : UserEndpoints.CreateResult(context.Response, result.Status, result.Version, result.Warnings);

            // This function is called again if the user was changed in the meantime.
            User? Change(User user)
            {
                errors = new FieldErrors();
                var changed = Patch(user, patch.Value, errors);
                errors.Add(recipients.Validate(changed));
                return errors.Any ? null : changed;
            }
        });

    private static User Patch(User user, JsonElement patch, FieldErrors errors)
    {
        var target = JsonSerializer.SerializeToNode(user, RecipientsJson.Default.User)!.AsObject();
        var patched = JsonElement.Parse(MergePatch.Apply(target, patch).ToJsonString());
        return UserReader.Read(JsonField.Root(patched, errors), user.Tenant, user.Id);
    }
}
