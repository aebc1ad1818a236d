namespace Notify.Hosting.Requests;

/// <summary>An error in a field of a line.</summary>
internal sealed record LineErrorView(string Field, string Code, string Message)
{
    public static LineErrorView Create(FieldError error) => new(error.Field, error.Code, error.Message);
}
