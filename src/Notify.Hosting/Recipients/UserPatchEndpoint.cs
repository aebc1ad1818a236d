using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Recipients;

/// <summary>
/// <c>PATCH /v1/users/{id}</c>: changes only the fields that a JSON merge patch (RFC 7396) contains. Concurrent patches do not
/// overwrite each other's changes.
/// </summary>
internal static class UserPatchEndpoint
{
    public static Task<IResult> HandleAsync(HttpContext context, IRecipientDirectory directory, IUserStore users) =>
        RequestBody.ReadJsonAsync(context, async patch =>
        {
            // Checks the names and texts of all members, and that there are no duplicates, of which the merge would use the last.
            patch.Object();
            if (patch.Errors.Any)
                return Problem.InvalidFields(patch.Errors);

            var id = RequestValues.Route(context.Request, "id");
            var errors = new FieldErrors();
            IReadOnlyList<FieldWarning>? warnings = null;
            var isChanged = await users
                .UpdateAsync(RequestValues.GetTenant(context.Request), id, Change, context.RequestAborted)
                .ConfigureAwait(false);
            if (errors.Any)
                return Problem.InvalidFields(errors);
            return warnings is not null || isChanged ? UserEndpoints.CreateSaved(warnings ?? []) : Problem.Unknown("user");

            // The store calls this function again if the user was changed in the meantime.
            User? Change(User user)
            {
                errors = new FieldErrors();
                var changed = Patch(user, patch.Value, errors);
                errors.Add(directory.Validate(changed));
                warnings = directory.FindWarnings(changed);
                return errors.Any ? null : changed;
            }
        });

    private static User Patch(User user, JsonElement patch, FieldErrors errors)
    {
        var target = JsonSerializer.SerializeToNode(user, RecipientsJson.Default.User)!.AsObject();
        // The path and the header determine these. As they are removed here, a patch that contains them is refused like any patch
        // with unknown fields.
        target.Remove("tenant");
        target.Remove("id");
        var patched = JsonElement.Parse(MergePatch.Apply(target, patch).ToJsonString());
        return UserReader.Read(JsonField.Root(patched, errors), user.Tenant, user.Id);
    }
}
