using Microsoft.AspNetCore.Http;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;
using Notify.Storage;

namespace Notify.Hosting.Recipients;

/// <summary><c>/v1/users/{id}</c>: saves, shows, lists and removes users.</summary>
internal static class UserEndpoints
{
    public static Task<IResult> SaveAsync(HttpContext context, IRecipientDirectory directory) =>
        RequestBody.ReadJsonAsync(context, async body =>
        {
            var user = UserReader.Read(
                body,
                RequestValues.GetTenant(context.Request),
                RequestValues.Route(context.Request, "id")
            );
            body.Errors.Add(directory.Validate(user));
            if (body.Errors.Any)
                return Problem.InvalidFields(body.Errors);

            var result = await directory.SaveUserAsync(user, context.RequestAborted).ConfigureAwait(false);
            return CreateSaved(result.Warnings);
        });

    /// <summary>Creates the response to a saved user: 204, or 200 with the warnings if there are any.</summary>
    public static IResult CreateSaved(IReadOnlyList<FieldWarning> warnings) =>
        warnings.Count == 0
            ? TypedResults.NoContent()
            : TypedResults.Json(new SaveUserResult { Warnings = warnings }, RecipientsJson.Default.SaveUserResult);

    public static async Task<IResult> FindAsync(HttpContext context, IUserStore users)
    {
        var id = RequestValues.Route(context.Request, "id");
        var found = await users
            .FindAsync(RequestValues.GetTenant(context.Request), [id], context.RequestAborted)
            .ConfigureAwait(false);
        return found is [var user] ? TypedResults.Json(user, RecipientsJson.Default.User) : Problem.Unknown("user");
    }

    public static async Task<IResult> ListAsync(HttpContext context, IUserStore users)
    {
        var errors = new FieldErrors();
        var page = NamePage.Read(context.Request, errors);
        if (errors.Any)
            return Problem.InvalidFields(errors);

        var found = await users
            .ListAsync(RequestValues.GetTenant(context.Request), page.Prefix, page.After, page.FetchCount, context.RequestAborted)
            .ConfigureAwait(false);
        var (items, next) = page.Take(found, user => user.Id);
        return TypedResults.Json(new UsersView(items, next), RecipientsJson.Default.UsersView);
    }

    public static async Task<IResult> RemoveAsync(HttpContext context, IRecipientDirectory directory)
    {
        var id = RequestValues.Route(context.Request, "id");
        var tenant = RequestValues.GetTenant(context.Request);
        return await directory.RemoveUserAsync(id, tenant, context.RequestAborted).ConfigureAwait(false)
            ? TypedResults.NoContent()
            : Problem.Unknown("user");
    }
}
