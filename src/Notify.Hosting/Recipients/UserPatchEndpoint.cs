using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Recipients;

namespace Notify.Hosting.Recipients;

/// <summary>
/// <c>PATCH /v1/users/{id}</c>: changes the fields that a JSON merge patch (RFC 7396) names, and leaves the others. Changes that
/// come at the same time do not undo one another.
/// </summary>
internal static class UserPatchEndpoint
{
    public static Task<IResult> HandleAsync(HttpContext context, IRecipientDirectory directory, IUserStore users) =>
        RequestBody.ReadJsonAsync(context, async patch =>
        {
            // Checks each member's name, its text and that it is there once: the merge itself would take what comes last.
            patch.Object();
            if (patch.Errors.Any)
                return Problem.InvalidFields(patch.Errors);

            var id = RequestValues.Route(context.Request, "id");
            var errors = new FieldErrors();
            var isFound = false;
            var isChanged = await users
                .UpdateAsync(RequestValues.TenantOf(context.Request), id, Change, context.RequestAborted)
                .ConfigureAwait(false);
            if (errors.Any)
                return Problem.InvalidFields(errors);
            return isChanged || isFound ? TypedResults.NoContent() : Problem.Unknown("user");

            // The store calls it again when the user was changed meanwhile.
            User? Change(User user)
            {
                (errors, isFound) = (new FieldErrors(), true);
                var changed = Patch(user, patch.Value, errors);
                errors.Add(directory.Validate(changed));
                return errors.Any ? null : changed;
            }
        });

    private static User Patch(User user, JsonElement patch, FieldErrors errors)
    {
        var target = JsonSerializer.SerializeToNode(user, RecipientsJson.Default.User)!.AsObject();
        // They are in the path and the header. Left out, a patch that names them is refused like any unknown field.
        target.Remove("tenant");
        target.Remove("id");
        var patched = JsonElement.Parse(MergePatch.Apply(target, patch).ToJsonString());
        return UserReader.Read(JsonField.Root(patched, errors), user.Tenant, user.Id);
    }
}
