namespace Notify.Planning;

/// <summary>The application's way to keep templates. They are checked and compiled before they are stored.</summary>
public interface ITemplateCatalog
{
    /// <summary>
    /// Keeps a template as the next version of its name, and says which that is. Triggers use the newest version; one that other
    /// processes have in use is replaced within a second.
    /// </summary>
    /// <exception cref="InvalidRequestException">The template is wrong; the exception names every wrong field.</exception>
    Task<int> SaveAsync(Template template, CancellationToken cancellationToken = default);

    /// <summary>
    /// What is wrong with the template, or nothing. For a front end that has errors of its own to tell at the same time.
    /// </summary>
    IReadOnlyList<FieldError> Validate(Template template);
}
